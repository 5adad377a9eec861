import { isTunnelCookie, tunnelInCookies, withoutTunnelCookie } from '../../../functions/core/tunnel-cookie';

test.each([
  ['http-tunnel=demo', false, 'demo'],
  ['a=1;  http-tunnel = demo ; b=2', false, 'demo'],
  ['__Host-http-tunnel=demo', true, 'demo'],
  ['http-tunnel=demo', true, undefined],
  ['__Host-http-tunnel=demo', false, undefined],
  ['http-tunnel=no name', false, undefined],
  ['a=1', false, undefined],
  [undefined, false, undefined],
])('the cookies "%s" (https: %s) name the tunnel %s', (cookies, isHttps, tunnelId) => {
  expect(tunnelInCookies(cookies, isHttps)).toBe(tunnelId);
});

test.each([
  ['a=1; b=2', 'a=1; b=2'],
  [' ;a=1; ', ' ;a=1; '],
  ['http-tunnel=demo; a=1', 'a=1'],
  ['http-tunnel=demo', undefined],
  ['http-tunnel=demo; ', undefined],
  ['http-tunnel=demo; __Host-http-tunnel=demo', undefined],
])('of the cookies "%s" the local service may see %s', (cookies, others) => {
  expect(withoutTunnelCookie(cookies)).toBe(others);
});

test('the tunnel cookie has one name with https and one without', () => {
  expect(['http-tunnel', '__Host-http-tunnel', 'HTTP-TUNNEL', ''].map(isTunnelCookie)).toEqual([true, true, false, false]);
});
