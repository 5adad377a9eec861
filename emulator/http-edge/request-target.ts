import type { IncomingMessage } from 'node:http';

export interface RequestTarget {
  /** As the visitor addressed it, with its port if one was given. */
  readonly host: string;
  /** As sent, percent-encoded, from the first `/`. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
}

const HOST = /^(\[[\da-f:.]+\]|[\w.~%-]+)(:\d*)?$/i;

/**
 * Reads the target of a request. Node's parser has refused most malformed requests. This function refuses a missing, repeated
 * or impossible Host (RFC 9112 section 3.2), targets that only a proxy or `OPTIONS *` would use, and fragments, which no client
 * sends. An absolute target replaces the Host, but the request must still have a Host.
 * @returns undefined for a request that must get 400
 */
export function requestTarget({ rawHeaders, url = '' }: IncomingMessage): RequestTarget | undefined {
  const hosts = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host');
  const [, authority, target = url] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  const host = authority ?? hosts[0] ?? '';
  if (hosts.length !== 1 || !HOST.test(host)) return undefined;
  const originForm = authority === undefined || target.startsWith('/') ? target : `/${target}`;
  if (!originForm.startsWith('/') || originForm.includes('#')) return undefined;
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(originForm) ?? [];
  return { host, path, query };
}

/** The name without the port. */
export const hostname = (host: string): string => host.replace(/:\d*$/, '');
