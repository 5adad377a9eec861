import { isTunnelName } from './tunnel';

/**
 * Says which tunnel a browser was in last, where tunnels share a host: links that lack the path prefix are led back by it
 * (lead-back.ts). It is ours alone: no local service gets it, and none can set it. Where browsers keep to it, the prefix
 * `__Host-` keeps neighbours on the domain from setting it by script (RFC 6265bis section 4.1.3.2); it needs https.
 */
const nameOf = (isHttps: boolean): string => (isHttps ? '__Host-http-tunnel' : 'http-tunnel');

export const isTunnelCookie = (name: string): boolean => [true, false].map(nameOf).includes(name);

/** The tunnel that a `Cookie` field names. */
export function tunnelInCookies(cookies: string | undefined, isHttps: boolean): string | undefined {
  const pair = pairsOf(cookies).find((each) => nameIn(each) === nameOf(isHttps));
  const tunnelId = pair?.slice(pair.indexOf('=') + 1).trim();
  return tunnelId !== undefined && isTunnelName(tunnelId) ? tunnelId : undefined;
}

/** The `Cookie` field without our cookie; undefined when nothing is left. */
export function withoutTunnelCookie(cookies: string): string | undefined {
  const isOurs = (pair: string): boolean => isTunnelCookie(nameIn(pair));
  const pairs = pairsOf(cookies);
  if (!pairs.some(isOurs)) return cookies;
  const others = pairs.filter((pair) => !isOurs(pair));
  return others.length === 0 ? undefined : others.join(';').trimStart();
}

/** A session cookie, for this host alone, out of scripts' reach, not sent with what other sites embed. */
export const tunnelCookie = (tunnelId: string, isHttps: boolean): string =>
  `${nameOf(isHttps)}=${tunnelId}; Path=/; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`;

const pairsOf = (cookies: string | undefined): string[] => (cookies ?? '').split(';').filter((pair) => pair.trim() !== '');
const nameIn = (pair: string): string => (pair.split('=', 1)[0] ?? '').trim();
