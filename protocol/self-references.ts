/**
 * Where an answer says where its service is: in `Location`, `Content-Location` and the attributes of cookies. Whoever shows
 * the service at another address, the agent (`--host-header`) and the cloud (path prefix), translates them with these.
 */
import type { Headers } from './headers';

const REFERENCES = ['location', 'content-location'];

/** scheme and authority, and the rest; `\` ends an authority for browsers (https://url.spec.whatwg.org/#authority-state). */
const REFERENCE = /^((?:https?:)?\/\/([^/?#\\]*))?(.*)$/is;

/**
 * Translates references to the service itself: those that name `host`, and those that begin with a path. Relative ones stay
 * right wherever they stand, and other hosts are not the service's.
 * @param host with its port, as the service knows itself
 * @param translate gets `https://host` or '', and path, query and fragment
 */
export function translateReferences(headers: Headers, host: string | undefined, translate: (origin: string, rest: string) => string): void {
  for (const name of REFERENCES) {
    const values = headers[name];
    if (values) headers[name] = values.map((value) => translated(value, host, translate));
  }
}

function translated(reference: string, host: string | undefined, translate: (origin: string, rest: string) => string): string {
  const [, origin, authority, rest = ''] = REFERENCE.exec(reference) ?? [];
  const isOwn = origin === undefined ? rest.startsWith('/') : authority?.toLowerCase() === host?.toLowerCase();
  return isOwn ? translate(origin ?? '', rest) : reference;
}

/** A `Set-Cookie` value in its parts, as browsers cut it (RFC 6265 section 5.2): only at `;`, quotes mean nothing. */
export interface SetCookie {
  readonly name: string;
  /** `name=value` as sent. */
  readonly pair: string;
  /** As sent, with the space before each. */
  readonly attributes: readonly string[];
}

export function parseSetCookie(text: string): SetCookie {
  const [pair = '', ...attributes] = text.split(';');
  return { name: pair.slice(0, Math.max(0, pair.indexOf('='))).trim(), pair, attributes };
}

export const formatSetCookie = ({ pair, attributes }: SetCookie): string => [pair, ...attributes].join(';');

/** An attribute's name in lower case, and its value. */
export function cookieAttribute(attribute: string): { name: string; value: string } {
  const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(attribute) ?? [];
  return { name: name.trim().toLowerCase(), value: value.trim() };
}

/** The domain that a cookie's `Domain` attribute names; undefined for other attributes. */
export function cookieDomain(attribute: string): string | undefined {
  const { name, value } = cookieAttribute(attribute);
  return name === 'domain' ? value.replace(/^\./, '').toLowerCase() : undefined;
}

/** Whether a host lies below a domain, or is it. */
export const isWithinDomain = (hostname: string, domain: string): boolean => hostname === domain || hostname.endsWith(`.${domain}`);
