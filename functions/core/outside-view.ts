import {
  cookieAttribute,
  cookieDomain,
  formatSetCookie,
  isWithinDomain,
  parseSetCookie,
  translateReferences,
  type Headers,
} from '../../protocol';
import { isTunnelCookie, tunnelCookie, tunnelInCookies } from './tunnel-cookie';
import { hostnameOf, hostOf, isBelow, isHttps, type Route, type VisitorRequest } from './visitor-request';
import type { ResponseHead } from './visitor-response';

/**
 * Adapts the header fields of an answer to the outside of the tunnel. Tunnels share a domain or even a host, so cookies must not
 * reach other tunnels. Below a path prefix, references and cookie paths get the prefix. The body stays as it is (ADR 0024).
 */
export function outsideView<R extends ResponseHead>(response: R, request: VisitorRequest, route: Route): R {
  const headers: Headers = { ...response.headers };
  const { prefix } = route;
  translateReferences(headers, hostOf(request), (origin, rest) => {
    // A local service without TLS writes `http:`. A visitor who came by https cannot reach the tunnel by http.
    const outside = isHttps(request) ? origin.replace(/^http:/i, 'https:') : origin;
    return prefix === undefined || isBelow(rest, prefix) ? outside + rest : outside + prefix + rest;
  });
  const cookies = (headers['set-cookie'] ?? []).flatMap((cookie) => scoped(cookie, request, prefix));
  if (prefix !== undefined && entersTunnel(request, route)) cookies.push(tunnelCookie(route.tunnelId, isHttps(request)));
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  else delete headers['set-cookie'];
  return { ...response, headers };
}

/** Limits a cookie to its own tunnel. Drops a cookie that has the name of the tunnel cookie. */
function scoped(text: string, request: VisitorRequest, prefix: string | undefined): string[] {
  const cookie = parseSetCookie(text);
  if (isTunnelCookie(cookie.name)) return [];
  const hostname = hostnameOf(request) ?? '';
  const attributes = cookie.attributes
    .filter((attribute) => !isShared(cookieDomain(attribute), hostname, prefix))
    .map((attribute) => (prefix === undefined ? attribute : belowPrefix(attribute, prefix)));
  // Without `Path`, browsers use the directory of the path that they see. That directory can be above the prefix: browsers take
  // `/demo%2Flogin` for a file in `/`.
  if (prefix !== undefined && !attributes.some(isPath)) attributes.push(` Path=${directoryOf(request.path, prefix)}`);
  return [formatSetCookie({ ...cookie, attributes })];
}

/** The directory of a request's path, not above the prefix. */
function directoryOf(path: string, prefix: string): string {
  const directory = path.slice(0, path.lastIndexOf('/'));
  return directory.length > prefix.length ? directory : prefix;
}

/** Whether a cookie's domain covers other tunnels: a parent of the host, or the host itself where tunnels share it. */
const isShared = (domain: string | undefined, hostname: string, prefix: string | undefined): boolean =>
  domain !== undefined && isWithinDomain(hostname, domain) && (prefix !== undefined || domain !== hostname);

function belowPrefix(attribute: string, prefix: string): string {
  const { value } = cookieAttribute(attribute);
  if (!isPath(attribute) || isBelow(value, prefix)) return attribute;
  return ` Path=${prefix}${value === '/' ? '' : value}`;
}

/** Whether an attribute is a `Path` that counts. Browsers ignore paths that do not begin with a slash. */
function isPath(attribute: string): boolean {
  const { name, value } = cookieAttribute(attribute);
  return name === 'path' && value.startsWith('/');
}

/** Whether the request is for a page, and the tunnel cookie of the browser does not name this tunnel yet. */
function entersTunnel(request: VisitorRequest, { tunnelId }: Route): boolean {
  const { method, headers } = request;
  const destination = headers['sec-fetch-dest']?.[0];
  const isPage = destination === undefined ? /\btext\/html\b/i.test(headers['accept']?.[0] ?? '') : destination === 'document';
  return method === 'GET' && isPage && tunnelInCookies(headers['cookie']?.[0], isHttps(request)) !== tunnelId;
}
