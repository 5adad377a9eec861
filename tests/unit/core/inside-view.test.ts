import { insideView } from '../../../functions/core/inside-view';
import type { Headers } from '../../../protocol';
import { visitorRequest } from '../../support/visitor-request';

const HOST = 'tunnels.example:8443';
const BY_PATH = { tunnelId: 'demo', uri: '/', prefix: '/demo' };
const BY_HOST = { tunnelId: 'demo', uri: '/' };
const inside = (headers: Headers, route: typeof BY_HOST | typeof BY_PATH): Headers =>
  insideView(visitorRequest({ headers: { host: [HOST], ...headers } }), route);

describe('the Destination of COPY and MOVE', () => {
  test.each([
    [`http://${HOST}/demo/a%20b?x=1`, `http://${HOST}/a%20b?x=1`],
    [`https://${HOST}/demo/a`, `http://${HOST}/a`],
    [`HTTPS://Tunnels.Example:8443/demo/a`, `http://Tunnels.Example:8443/a`],
    [`http://${HOST}/demo/demo/a`, `http://${HOST}/demo/a`],
    [`http://${HOST}/demo`, `http://${HOST}/`],
    [`http://${HOST}/demo?x`, `http://${HOST}/?x`],
    ['/demo/a', '/a'],
    ['/demo', '/'],
  ])('loses the path prefix: %s becomes %s', (destination, expected) => {
    expect(inside({ destination: [destination] }, BY_PATH)['destination']).toEqual([expected]);
  });

  test.each([
    ['another tunnel', `http://${HOST}/other/a`],
    ['another tunnel whose name begins like this one', `http://${HOST}/demo2/a`],
    ['another host', 'https://elsewhere.example/demo/a'],
    ['another port', 'http://tunnels.example/demo/a'],
    ['no place', 'mailto:ann@example.com'],
  ])('stays as it is when it names %s', (_what, destination) => {
    expect(inside({ destination: [destination] }, BY_PATH)['destination']).toEqual([destination]);
  });

  test('has the scheme of the local service, and its path stays, when the tunnel has a host of its own', () => {
    expect(inside({ destination: [`https://${HOST}/demo/a`] }, BY_HOST)['destination']).toEqual([`http://${HOST}/demo/a`]);
    expect(inside({ destination: ['/demo/a'] }, BY_HOST)['destination']).toEqual(['/demo/a']);
  });
});

test('the resources that If names lose the path prefix; lock tokens and entity tags stay as they are', () => {
  const value = `<https://${HOST}/demo/a> (<http://${HOST}/demo/token> ["a)<b>"]) (Not <DAV:no-lock>) </demo/b> (["x"])`;
  const expected = `<http://${HOST}/a> (<http://${HOST}/demo/token> ["a)<b>"]) (Not <DAV:no-lock>) </b> (["x"])`;
  expect(inside({ if: [value] }, BY_PATH)['if']).toEqual([expected]);
});
