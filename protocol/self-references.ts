/**
 * Translates the places where a message states the address of the service: in answers `Location`, `Content-Location` and the attributes of
 * cookies, in requests WebDAV's `Destination` and `If`. The agent (`--host-header`) and the cloud (path prefix) show the service at another
 * address, and translate with these functions.
 */
import type { Headers } from './headers';

const REFERENCES = ['location', 'content-location'];

/** Matches scheme with authority, and the authority. For browsers, `\` ends an authority (https://url.spec.whatwg.org/#authority-state). */
const ORIGIN = /^(?:https?:)?\/\/([^/?#\\]*)/i;

/** Gets `https://host` or '', and the rest: path, query and fragment. */
type Translate = (origin: string, rest: string) => string;

/**
 * Translates references to the service itself: those that name `host`, and those that begin with a path. Relative references stay
 * right, and references to other hosts do not belong to the service.
 * @param host the host, with its port, as the service knows itself
 */
export function translateReferences(headers: Headers, host: string | undefined, translate: Translate): void {
  for (const name of REFERENCES) {
    const values = headers[name];
    if (values) headers[name] = values.map((value) => translated(value, host, translate));
  }
}

/** Matches a list in parentheses, or a reference in angle brackets outside of the lists. A quoted string may have parentheses. */
const IF_PART = /\((?:"[^"]*"|[^")])*\)|<([^>]*)>/g;

/**
 * Translates, as `translateReferences` does, the references of a request: `Destination` of COPY and MOVE, and the resources that `If` names
 * (RFC 4918 sections 10.3 and 10.4).
 */
export function translateRequestReferences(headers: Headers, host: string | undefined, translate: Translate): void {
  const { destination, if: conditions } = headers;
  if (destination) headers['destination'] = destination.map((value) => translated(value, host, translate));
  if (conditions)
    headers['if'] = conditions.map((value) =>
      value.replace(IF_PART, (part, reference?: string) =>
        reference === undefined ? part : `<${translated(reference, host, translate)}>`,
      ),
    );
}

function translated(reference: string, host: string | undefined, translate: Translate): string {
  const [origin = '', authority] = ORIGIN.exec(reference) ?? [];
  const rest = reference.slice(origin.length);
  const isOwn = authority === undefined ? rest.startsWith('/') : authority.toLowerCase() === host?.toLowerCase();
  return isOwn ? translate(origin, rest) : reference;
}

/** The parts of a `Set-Cookie` value, split as browsers do (RFC 6265 section 5.2): only at `;`, and quotes mean nothing. */
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
  return { name: attribute.replace(/=.*/s, '').trim().toLowerCase(), value: attribute.replace(/[^=]*=?/, '').trim() };
}

/** The domain that a cookie's `Domain` attribute names; undefined for other attributes. */
export function cookieDomain(attribute: string): string | undefined {
  const { name, value } = cookieAttribute(attribute);
  return name === 'domain' ? value.replace(/^\./, '').toLowerCase() : undefined;
}

/** Whether a host lies below a domain, or is it. */
export const isWithinDomain = (hostname: string, domain: string): boolean => hostname === domain || hostname.endsWith(`.${domain}`);
