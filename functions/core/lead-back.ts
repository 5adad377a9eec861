import { isTunnelName, type Tunnels } from './tunnel';
import { tunnelInCookies } from './tunnel-cookie';
import { firstSegment, hostOf, isHttps, queryOf, subdomainOf, type VisitorRequest } from './visitor-request';
import type { VisitorResponse } from './visitor-response';

/**
 * Redirects a request that lacks its path prefix. Where tunnels share a host, a page below `/demo/` may link to `/style.css`,
 * which names no tunnel. The request is then redirected to `/demo/style.css`. The prefix is that of the referring page, else that
 * of the tunnel that the browser was in last (by cookie). Because it is a redirect, caches, cookies and the next referring page
 * have the prefix too (ADR 0024).
 * @param request a request that names no existing tunnel
 * @returns the redirect; undefined where neither the referring page nor the cookie names a tunnel
 */
export async function leadBack(
  request: VisitorRequest,
  { tunnels, tunnelDomain }: { tunnels: Tunnels; tunnelDomain: string | undefined },
): Promise<VisitorResponse | undefined> {
  // A tunnel with a host of its own needs no prefix.
  if (subdomainOf(request, tunnelDomain) !== undefined) return undefined;
  const tunnelId = await tunnelOfBrowser(request, tunnels);
  return tunnelId === undefined ? undefined : redirectInto(tunnelId, request);
}

async function tunnelOfBrowser(request: VisitorRequest, tunnels: Tunnels): Promise<string | undefined> {
  const cookies = request.headers['cookie']?.[0];
  const hints = new Set([tunnelOfReferrer(request), tunnelInCookies(cookies, isHttps(request))]);
  // The caller has just looked for this tunnel.
  hints.delete(firstSegment(request.path).segment);
  for (const hint of hints) if (hint !== undefined && (await tunnels.find(hint))) return hint;
  return undefined;
}

/** The tunnel of the referring page, if that page is on this host. */
function tunnelOfReferrer(request: VisitorRequest): string | undefined {
  const referrer = request.headers['referer']?.[0] ?? '';
  if (!URL.canParse(referrer)) return undefined;
  const { host, pathname } = new URL(referrer);
  const { segment } = firstSegment(pathname);
  return host === hostOf(request)?.toLowerCase() && isTunnelName(segment) ? segment : undefined;
}

/** 307 keeps method and body. No cache may store the redirect, because it is right for this page and this browser only. */
const redirectInto = (tunnelId: string, request: VisitorRequest): VisitorResponse => ({
  status: 307,
  headers: {
    location: [`/${tunnelId}${request.path}${queryOf(request)}`],
    'cache-control': ['no-store'],
    vary: ['Cookie, Referer'],
  },
  body: new Uint8Array(),
});
