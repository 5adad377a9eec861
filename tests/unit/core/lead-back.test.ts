import { leadBack } from '../../../functions/core/lead-back';
import type { Tunnels } from '../../../functions/core/tunnel';
import { routeOf } from '../../../functions/core/visitor-request';
import { visitorRequest } from '../../support/visitor-request';

interface Visit {
  readonly path?: string;
  readonly query?: string;
  readonly method?: string;
  readonly host?: string;
  readonly referer?: string;
  readonly cookie?: string;
  readonly scheme?: string;
}

/** Visits while the tunnels `demo` and `other` exist. The real rule for routes finds the tunnel, as forwarding does. */
async function visit({
  path = '/style.css',
  query = '',
  method = 'GET',
  host = 'tunnels.example',
  referer,
  cookie,
  scheme = 'http',
}: Visit) {
  const looked: string[] = [];
  const tunnels: Tunnels = {
    find: async (tunnelId) => {
      looked.push(tunnelId);
      return ['demo', 'other'].includes(tunnelId) ? { tunnelId, owner: 'ann', capabilities: [] } : undefined;
    },
  };
  const request = visitorRequest({
    method,
    path: path,
    rawQuery: query,
    headers: { host: [host], 'x-forwarded-proto': [scheme], ...(referer && { referer: [referer] }), ...(cookie && { cookie: [cookie] }) },
  });
  const route = routeOf(request, 'tunnels.example');
  const tunnel = route && (await tunnels.find(route.tunnelId));
  const forwarded = tunnel && { status: 200, headers: { 'x-tunnel': [tunnel.tunnelId] }, body: new Uint8Array() };
  return { looked, response: forwarded ?? (await leadBack(request, { tunnels, tunnelDomain: 'tunnels.example' })) };
}

const ledTo = (location: string) => ({
  status: 307,
  headers: { location: [location], 'cache-control': ['no-store'], vary: ['Cookie, Referer'] },
});
const FROM_DEMO = { referer: 'https://tunnels.example/demo/page' };

test('a link without the prefix is redirected to the tunnel of the page that contains the link', async () => {
  expect((await visit(FROM_DEMO)).response).toMatchObject(ledTo('/demo/style.css'));
});

test('a link without the prefix is redirected to the tunnel of the cookie when the Referer names no tunnel', async () => {
  const cookie = 'a=1; http-tunnel=demo';
  expect((await visit({ cookie })).response).toMatchObject(ledTo('/demo/style.css'));
  expect((await visit({ cookie, referer: 'https://tunnels.example/' })).response).toMatchObject(ledTo('/demo/style.css'));
  expect((await visit({ cookie, referer: 'https://tunnels.example/about/' })).response).toMatchObject(ledTo('/demo/style.css'));
});

test('a request over https uses only the __Host- cookie, which no other host of the domain can set', async () => {
  const cookie = 'http-tunnel=other; __Host-http-tunnel=demo';
  expect((await visit({ scheme: 'https', cookie })).response).toMatchObject(ledTo('/demo/style.css'));
  expect((await visit({ scheme: 'https', cookie: 'http-tunnel=other' })).response).toBeUndefined();
});

test('the Referer has priority over the cookie', async () => {
  expect((await visit({ ...FROM_DEMO, cookie: 'http-tunnel=other' })).response).toMatchObject(ledTo('/demo/style.css'));
});

test('the redirect keeps the query and the encoded path, also for a POST', async () => {
  const asked = { ...FROM_DEMO, method: 'POST', path: '/%E4%BD%A0%20a//b', query: 'a=1&a=%20+&&b' };
  expect((await visit(asked)).response).toMatchObject(ledTo('/demo/%E4%BD%A0%20a//b?a=1&a=%20+&&b'));
});

test('the redirect stays on the same host, even if the path begins with two slashes', async () => {
  expect((await visit({ ...FROM_DEMO, path: '//evil.example/x' })).response).toMatchObject(ledTo('/demo//evil.example/x'));
});

test.each([
  ['another host', 'https://evil.example/demo/'],
  ['another port', 'https://tunnels.example:8443/demo/'],
  ['an unknown tunnel', 'https://tunnels.example/gone/'],
  ['an invalid URL', 'demo'],
  ['an invalid tunnel name', 'https://tunnels.example/a.b/'],
])('a Referer with %s causes no redirect, and no invalid name is looked up', async (_what, referer) => {
  const { response, looked } = await visit({ referer });
  expect(response).toBeUndefined();
  expect(looked.filter((name) => name !== 'gone')).toEqual([]);
});

test.each(['http-tunnel=gone', 'http-tunnel=../x', 'http-tunnel=', 'xhttp-tunnel=demo'])(
  'the cookie %s causes no redirect',
  async (cookie) => {
    const { response, looked } = await visit({ cookie });
    expect(response).toBeUndefined();
    expect(looked).toEqual(cookie === 'http-tunnel=gone' ? ['gone'] : []);
  },
);

test('a tunnel in the path has priority over Referer and cookie', async () => {
  const { response, looked } = await visit({ path: '/other/x', ...FROM_DEMO, cookie: 'http-tunnel=demo' });
  expect(response).toMatchObject({ status: 200, headers: { 'x-tunnel': ['other'] } });
  expect(looked).toEqual(['other']);
});

test('the host of a tunnel has priority over Referer and cookie, even if that tunnel does not exist', async () => {
  const hints = { referer: 'https://gone.tunnels.example/demo/', cookie: 'http-tunnel=demo' };
  expect((await visit({ host: 'other.tunnels.example', ...hints })).response).toMatchObject({ headers: { 'x-tunnel': ['other'] } });
  expect((await visit({ host: 'gone.tunnels.example', ...hints })).response).toBeUndefined();
  expect((await visit({ host: 'a.b.tunnels.example', ...hints })).response).toBeUndefined();
});

test('a tunnel that the look-up has not found is not looked up again', async () => {
  const { looked, response } = await visit({ path: '/gone/x', referer: 'https://tunnels.example/gone/', cookie: 'http-tunnel=gone' });
  expect(response).toBeUndefined();
  expect(looked).toEqual(['gone']);
});

test('a request without a Host header is not redirected, and no tunnel is looked up', async () => {
  const find = jest.fn();
  const request = visitorRequest({ path: '/style.css', headers: { referer: [FROM_DEMO.referer] } });
  await expect(leadBack(request, { tunnels: { find }, tunnelDomain: undefined })).resolves.toBeUndefined();
  expect(find).not.toHaveBeenCalled();
});

test('a request without Referer and cookie is not redirected', async () => {
  expect((await visit({})).response).toBeUndefined();
});
