import { stripHopByHop, type Headers } from '../../protocol';
import { isTunnelName } from './tunnel';
import { TunnelError } from './tunnel-error';

/** A visitor's request as the HTTP API hands it over. */
export interface VisitorRequest {
  readonly method: string;
  /** The path, percent-decoded by the HTTP API (shared by all its payload formats). */
  readonly decodedPath: string;
  /** The query as sent, without `?`. */
  readonly rawQuery: string;
  /** By lower-case name. */
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Address of the visitor as API Gateway saw it. */
  readonly sourceIp: string;
  /** When it reached API Gateway, in ms since the epoch. */
  readonly arrivedAt: number;
  readonly traceHeader?: string;
}

/** Which tunnel a request is for, and what its local service sees as path and query. */
export interface Route {
  readonly tunnelId: string;
  /** Path plus query, as it goes on the request line. */
  readonly uri: string;
  /** The path prefix that was taken off, `/demo`; none where the tunnel has a host of its own. */
  readonly prefix?: string;
}

/**
 * Finds the tunnel: by subdomain of the tunnel domain first, else by the first path segment.
 * @throws TunnelError `tunnel_not_found` when neither can be a tunnel's name
 */
export function routeOf(request: VisitorRequest, tunnelDomain: string | undefined): Route {
  const query = request.rawQuery && `?${request.rawQuery}`;
  const byHost = subdomain(request.headers['host']?.[0], tunnelDomain);
  if (byHost !== undefined) {
    if (!isTunnelName(byHost)) throw new TunnelError('tunnel_not_found');
    return { tunnelId: byHost, uri: encodePath(request.decodedPath) + query };
  }
  const [, tunnelId = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(request.decodedPath) ?? [];
  if (!isTunnelName(tunnelId)) throw new TunnelError('tunnel_not_found');
  return { tunnelId, uri: (encodePath(rest) || '/') + query, prefix: `/${tunnelId}` };
}

function subdomain(host: string | undefined, domain: string | undefined): string | undefined {
  if (host === undefined || domain === undefined) return undefined;
  const hostname = host.replace(/:\d*$/, '').toLowerCase();
  return hostname.endsWith(`.${domain}`) ? hostname.slice(0, -domain.length - 1) : undefined;
}

/**
 * What browsers percent-encode in a path (https://url.spec.whatwg.org/#path-percent-encode-set; `^`, a late addition, most
 * still send raw), and `%` and `\`, which stood encoded in the original or they would not be here.
 */
// eslint-disable-next-line no-control-regex
const TO_ENCODE = /[\u0000-\u0020"#<>?`{}%\\\u007f-\uffff]+/g;

/** Encodes a decoded path again, as a browser would have sent it. What stood encoded without need cannot be told any more. */
export function encodePath(decoded: string): string {
  return decoded.replace(TO_ENCODE, (text) =>
    Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** The header fields the local service gets: end-to-end ones, and where the request came from. */
export function forwardedHeaders(request: VisitorRequest, route: Route): Headers {
  const headers = stripHopByHop(request.headers);
  const append = (name: string, value: string): void => {
    headers[name] = [[...(headers[name] ?? []), value].join(', ')];
  };
  // API Gateway appends the visitor's address and sets the scheme; where it did not, we do.
  if (!headers['x-forwarded-for']) append('x-forwarded-for', request.sourceIp);
  const host = headers['host']?.[0];
  if (host !== undefined) headers['x-forwarded-host'] = [host];
  if (route.prefix === undefined) delete headers['x-forwarded-prefix'];
  else headers['x-forwarded-prefix'] = [route.prefix];
  append('via', '1.1 http-tunnel');
  return headers;
}
