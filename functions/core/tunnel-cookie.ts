import { isTunnelName } from './tunnel';

/**
 * Name of the tunnel cookie. Where tunnels share a host, this cookie says which tunnel a browser was in last; a request without
 * the path prefix is redirected into that tunnel (lead-back.ts). No local service gets the cookie, and none can set it. In
 * browsers that support the prefix `__Host-`, scripts of other hosts on the domain cannot set it either (RFC 6265bis section
 * 4.1.3.2); the prefix needs https.
 */
const nameOf = (isHttps: boolean): string => (isHttps ? '__Host-http-tunnel' : 'http-tunnel');

export const isTunnelCookie = (name: string): boolean => [true, false].map(nameOf).includes(name);

/** The tunnel that the tunnel cookie in a `Cookie` field names. */
export function tunnelInCookies(cookies: string | undefined, isHttps: boolean): string | undefined {
  const pair = pairsOf(cookies).find((each) => nameIn(each) === nameOf(isHttps));
  const tunnelId = pair?.slice(pair.indexOf('=') + 1).trim();
  return tunnelId !== undefined && isTunnelName(tunnelId) ? tunnelId : undefined;
}

/** The `Cookie` field without the tunnel cookie; undefined when nothing is left. */
export function withoutTunnelCookie(cookies: string): string | undefined {
  const isOurs = (pair: string): boolean => isTunnelCookie(nameIn(pair));
  const pairs = pairsOf(cookies);
  if (!pairs.some(isOurs)) return cookies;
  const others = pairs.filter((pair) => !isOurs(pair));
  return others.length === 0 ? undefined : others.join(';').trimStart();
}

/** A session cookie: for this host only, not readable by scripts, not sent with content that other sites embed. */
export const tunnelCookie = (tunnelId: string, isHttps: boolean): string =>
  `${nameOf(isHttps)}=${tunnelId}; Path=/; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`;

const pairsOf = (cookies: string | undefined): string[] => (cookies ?? '').split(';').filter((pair) => pair.trim() !== '');
const nameIn = (pair: string): string => (pair.split('=', 1)[0] ?? '').trim();
