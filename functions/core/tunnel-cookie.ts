import { isTunnelName } from './tunnel';

/**
 * Says which tunnel a browser was in last, where tunnels share a host: links that lack the path prefix are led back by it
 * (lead-back.ts). It is ours alone: no local service gets it, and none can set it.
 */
export const TUNNEL_COOKIE = 'http-tunnel';

/** The tunnel that a `Cookie` field names. */
export function tunnelInCookies(cookies: string | undefined): string | undefined {
  const pair = pairsOf(cookies).find(isOurs);
  const tunnelId = pair?.slice(pair.indexOf('=') + 1).trim();
  return tunnelId !== undefined && isTunnelName(tunnelId) ? tunnelId : undefined;
}

/** The `Cookie` field without our cookie; undefined when nothing is left. */
export function withoutTunnelCookie(cookies: string): string | undefined {
  const pairs = pairsOf(cookies);
  if (!pairs.some(isOurs)) return cookies;
  const others = pairs.filter((pair) => !isOurs(pair));
  return others.length === 0 ? undefined : others.join(';').trimStart();
}

/** A session cookie, for this host alone, out of scripts' reach, not sent with what other sites embed. */
export const tunnelCookie = (tunnelId: string, isSecure: boolean): string =>
  `${TUNNEL_COOKIE}=${tunnelId}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;

const pairsOf = (cookies: string | undefined): string[] => (cookies ?? '').split(';').filter((pair) => pair.trim() !== '');
const isOurs = (pair: string): boolean => pair.split('=', 1)[0]?.trim() === TUNNEL_COOKIE;
