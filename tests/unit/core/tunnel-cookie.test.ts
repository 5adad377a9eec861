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
])('the Cookie header "%s" (https: %s) contains the tunnel id %s', (cookies, isHttps, tunnelId) => {
  expect(tunnelInCookies(cookies, isHttps)).toBe(tunnelId);
});

test.each([
  ['a=1; b=2', 'a=1; b=2'],
  [' ;a=1; ', ' ;a=1; '],
  ['http-tunnel=demo; a=1', 'a=1'],
  ['http-tunnel=demo', undefined],
  ['http-tunnel=demo; ', undefined],
  ['http-tunnel=demo; __Host-http-tunnel=demo', undefined],
])('the Cookie header "%s" is forwarded without the tunnel cookie, as %s', (cookies, others) => {
  expect(withoutTunnelCookie(cookies)).toBe(others);
});

test('the tunnel cookie is recognised by its name for http and by its name for https', () => {
  expect(['http-tunnel', '__Host-http-tunnel', 'HTTP-TUNNEL', ''].map(isTunnelCookie)).toEqual([true, true, false, false]);
});
