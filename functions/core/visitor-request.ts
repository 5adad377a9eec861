import { stripHopByHop, type Headers } from '../../protocol';
import { isTunnelName } from './tunnel';
import { withoutTunnelCookie } from './tunnel-cookie';

/** A visitor's request as one of the doors hands it over: the HTTP API, or the streaming door. */
export interface VisitorRequest {
  readonly method: string;
  /** The path as it goes on the request line. The HTTP API decodes paths, so behind it the path is encoded again (aws/http-api.ts). */
  readonly path: string;
  /** The query as sent, without `?`. */
  readonly rawQuery: string;
  /** The name under which the visitor reached the door, without a port. It decides which tunnel the request is for. */
  readonly domainName: string;
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
  /** The path prefix that was removed, such as `/demo`; none where the tunnel has a host of its own. */
  readonly prefix?: string;
}

/**
 * Reads the tunnel's name from a request: the subdomain of the tunnel domain, else the first path segment.
 * @returns undefined when neither can be a tunnel's name
 */
export function routeOf(request: VisitorRequest, tunnelDomain: string | undefined): Route | undefined {
  const query = queryOf(request);
  const byHost = subdomainOf(request, tunnelDomain);
  if (byHost !== undefined) {
    if (!isTunnelName(byHost)) return undefined;
    return { tunnelId: byHost, uri: request.path + query };
  }
  const { wellKnown, inTunnel } = withoutWellKnown(request.path);
  const { segment: tunnelId, rest } = firstSegment(inTunnel);
  if (!isTunnelName(tunnelId)) return undefined;
  return { tunnelId, uri: (wellKnown + rest || '/') + query, prefix: `/${tunnelId}` };
}

/** The part of the domain name before the tunnel domain; undefined where the name is not below that domain. */
export function subdomainOf({ domainName }: VisitorRequest, domain: string | undefined): string | undefined {
  const name = domainName.toLowerCase();
  return domain !== undefined && name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : undefined;
}

/** Matches the documents that clients look for before the path of a resource: `/.well-known/oauth-protected-resource`. */
const WELL_KNOWN = /^\/\.well-known\/[a-z-]+(?=\/)/;

/**
 * For a resource below a path, a well-known document lies at the root, with the path behind its name (RFC 8414 section 3.1, RFC 9728 section 3.1):
 * `/.well-known/oauth-protected-resource/demo/mcp` is the document of `/mcp` in the tunnel `demo`. The local service has it without the tunnel.
 */
function withoutWellKnown(path: string): { wellKnown: string; inTunnel: string } {
  const [wellKnown = ''] = WELL_KNOWN.exec(path) ?? [];
  return { wellKnown, inTunnel: path.slice(wellKnown.length) };
}

/** `/demo/a/b` is `demo` and `/a/b`. */
export function firstSegment(path: string): { segment: string; rest: string } {
  const [, segment = '', rest = ''] = /^\/([^/]*)(.*)/s.exec(path) ?? [];
  return { segment, rest };
}

/** The host as the visitor addressed it, with its port if there is one. */
export const hostOf = ({ headers }: VisitorRequest): string | undefined => headers['host']?.[0];

/** The host without its port, in lower case. */
export const hostnameOf = (request: VisitorRequest): string | undefined => hostOf(request)?.replace(/:\d*$/, '').toLowerCase();

/** Whether a path, with or without a query, is a path prefix or below it. */
export const isBelow = (path: string, prefix: string): boolean => path.startsWith(prefix) && /^([/?#]|$)/.test(path.slice(prefix.length));

/** The query as sent, with its `?`. */
export const queryOf = ({ rawQuery }: VisitorRequest): string => rawQuery && `?${rawQuery}`;

/** The last value in a field, which API Gateway wrote. A value before it may be the visitor's own. */
const lastIn = ({ headers }: VisitorRequest, name: string): string | undefined => headers[name]?.at(-1)?.split(',').at(-1)?.trim();

export const isHttps = (request: VisitorRequest): boolean => lastIn(request, 'x-forwarded-proto') === 'https';

/**
 * Characters that browsers percent-encode in a path (https://url.spec.whatwg.org/#path-percent-encode-set), without `^`: it was
 * added late, and most browsers still send it raw. Also `%` and `\`: a decoded path contains them only if they were encoded in
 * the original.
 */
// eslint-disable-next-line no-control-regex
const TO_ENCODE = /[\u0000-\u0020"#<>?`{}%\\\u007f-\uffff]+/g;

/**
 * Encodes a decoded path again, as a browser would have sent it. Characters that were encoded without need in the original stay
 * decoded.
 */
export function encodePath(decoded: string): string {
  return decoded.replace(TO_ENCODE, (text) =>
    Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** The header fields that the local service gets: the end-to-end fields, and fields that say where the request came from. */
export function forwardedHeaders(request: VisitorRequest, route: Route): Headers {
  const headers = stripHopByHop(request.headers);
  const append = (name: string, value: string): void => {
    headers[name] = [[...(headers[name] ?? []), value].join(', ')];
  };
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete headers[name];
    else headers[name] = [value];
  };
  // Frameworks on CGI and WSGI take `X_Forwarded_For` for `X-Forwarded-For`, and would read the visitor's own value.
  for (const name of Object.keys(headers)) if (/^(x[-_])?forwarded([-_]|$)/.test(name) && name.includes('_')) delete headers[name];
  // API Gateway appends the visitor's address. If the field is missing, it is added here.
  if (!headers['x-forwarded-for']) append('x-forwarded-for', request.sourceIp);
  for (const name of ['x-forwarded-proto', 'x-forwarded-port']) set(name, lastIn(request, name));
  set('x-forwarded-host', hostOf(request));
  set('x-forwarded-prefix', route.prefix);
  // Drop `Forwarded`: frameworks that trust it may read the visitor's own entry first. `X-Forwarded-*` carries the same.
  set('forwarded', undefined);
  // Drop `Expect`: the whole body has already arrived, so nobody waits for a 100.
  set('expect', undefined);
  set('cookie', headers['cookie'] && withoutTunnelCookie(headers['cookie'].join('; ')));
  append('via', '1.1 http-tunnel');
  return headers;
}
