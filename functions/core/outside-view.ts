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
import { hostOf, isHttps, type Route, type VisitorRequest } from './visitor-request';
import type { VisitorResponse } from './visitor-response';

/**
 * An answer as it is seen from outside the tunnel. Tunnels are neighbours on one domain, or even on one host: no cookie may
 * reach a neighbour, and below a path prefix references and cookies get it. The body stays as it is (ADR 0024).
 */
export function outsideView(response: VisitorResponse, request: VisitorRequest, route: Route): VisitorResponse {
  const headers: Headers = { ...response.headers };
  const { prefix } = route;
  if (prefix !== undefined) {
    translateReferences(headers, hostOf(request), (origin, rest) => (isBelow(rest, prefix) ? origin + rest : origin + prefix + rest));
  }
  const cookies = (headers['set-cookie'] ?? []).flatMap((cookie) => scoped(cookie, request, prefix));
  if (prefix !== undefined && entersTunnel(request, route)) cookies.push(tunnelCookie(route.tunnelId, isHttps(request)));
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  else delete headers['set-cookie'];
  return { ...response, headers };
}

/** A service that knows its prefix (`X-Forwarded-Prefix`) names it itself. */
const isBelow = (reference: string, prefix: string): boolean =>
  reference.startsWith(prefix) && /^([/?#]|$)/.test(reference.slice(prefix.length));

/** The cookie for its own tunnel only; none where it would be ours. */
function scoped(text: string, request: VisitorRequest, prefix: string | undefined): string[] {
  const cookie = parseSetCookie(text);
  if (isTunnelCookie(cookie.name)) return [];
  const hostname = hostOf(request)?.replace(/:\d*$/, '').toLowerCase() ?? '';
  const attributes = cookie.attributes
    .filter((attribute) => !isShared(cookieDomain(attribute), hostname, prefix))
    .map((attribute) => (prefix === undefined ? attribute : belowPrefix(attribute, prefix)));
  // Without a path, browsers take that of the directory: above the prefix, where the request was for the prefix itself.
  if (request.decodedPath === prefix && !attributes.some(isPath)) attributes.push(` Path=${prefix}`);
  return [formatSetCookie({ ...cookie, attributes })];
}

/** Whether a cookie's domain has room for neighbours: the host's parents, and the host itself where tunnels share it. */
const isShared = (domain: string | undefined, hostname: string, prefix: string | undefined): boolean =>
  domain !== undefined && isWithinDomain(hostname, domain) && (prefix !== undefined || domain !== hostname);

function belowPrefix(attribute: string, prefix: string): string {
  const { value } = cookieAttribute(attribute);
  if (!isPath(attribute) || isBelow(value, prefix)) return attribute;
  return ` Path=${prefix}${value === '/' ? '' : value}`;
}

/** Browsers take no notice of paths that do not begin with a slash. */
function isPath(attribute: string): boolean {
  const { name, value } = cookieAttribute(attribute);
  return name === 'path' && value.startsWith('/');
}

/** Whether a page is asked for, and the browser does not say yet that it is in this tunnel. */
function entersTunnel(request: VisitorRequest, { tunnelId }: Route): boolean {
  const { method, headers } = request;
  const destination = headers['sec-fetch-dest']?.[0];
  const isPage = destination === undefined ? /\btext\/html\b/i.test(headers['accept']?.[0] ?? '') : destination === 'document';
  return method === 'GET' && isPage && tunnelInCookies(headers['cookie']?.[0], isHttps(request)) !== tunnelId;
}
