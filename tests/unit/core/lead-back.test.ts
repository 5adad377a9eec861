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
      return ['demo', 'other'].includes(tunnelId) ? { tunnelId, owner: 'ann', capabilities: [], slowRequests: 0 } : undefined;
    },
  };
  const request = visitorRequest({
    method,
    decodedPath: path,
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

test('a link without the prefix is led back to the tunnel of the page that it stands on', async () => {
  expect((await visit(FROM_DEMO)).response).toMatchObject(ledTo('/demo/style.css'));
});

test('it is led back to the tunnel that the browser was in, where no page says more', async () => {
  const cookie = 'a=1; http-tunnel=demo';
  expect((await visit({ cookie })).response).toMatchObject(ledTo('/demo/style.css'));
  expect((await visit({ cookie, referer: 'https://tunnels.example/' })).response).toMatchObject(ledTo('/demo/style.css'));
  expect((await visit({ cookie, referer: 'https://tunnels.example/about/' })).response).toMatchObject(ledTo('/demo/style.css'));
});

test('by https only the cookie counts that no neighbour on the domain can set', async () => {
  const cookie = 'http-tunnel=other; __Host-http-tunnel=demo';
  expect((await visit({ scheme: 'https', cookie })).response).toMatchObject(ledTo('/demo/style.css'));
  expect((await visit({ scheme: 'https', cookie: 'http-tunnel=other' })).response).toBeUndefined();
});

test('the page comes before the cookie', async () => {
  expect((await visit({ ...FROM_DEMO, cookie: 'http-tunnel=other' })).response).toMatchObject(ledTo('/demo/style.css'));
});

test('path and query go with it, encoded as they were, and whatever the method', async () => {
  const asked = { ...FROM_DEMO, method: 'POST', path: '/你 a//b', query: 'a=1&a=%20+&&b' };
  expect((await visit(asked)).response).toMatchObject(ledTo('/demo/%E4%BD%A0%20a//b?a=1&a=%20+&&b'));
});

test('where it leads is on this host, whatever the path', async () => {
  expect((await visit({ ...FROM_DEMO, path: '//evil.example/x' })).response).toMatchObject(ledTo('/demo//evil.example/x'));
});

test.each([
  ['another host', 'https://evil.example/demo/'],
  ['another port', 'https://tunnels.example:8443/demo/'],
  ['a tunnel that is not there', 'https://tunnels.example/gone/'],
  ['no URL', 'demo'],
  ['no tunnel', 'https://tunnels.example/a.b/'],
])('a referring page of %s leads nowhere, and no name is looked for that is none', async (_what, referer) => {
  const { response, looked } = await visit({ referer });
  expect(response).toBeUndefined();
  expect(looked.filter((name) => name !== 'gone')).toEqual([]);
});

test.each(['http-tunnel=gone', 'http-tunnel=../x', 'http-tunnel=', 'xhttp-tunnel=demo'])('the cookie %s leads nowhere', async (cookie) => {
  const { response, looked } = await visit({ cookie });
  expect(response).toBeUndefined();
  expect(looked).toEqual(cookie === 'http-tunnel=gone' ? ['gone'] : []);
});

test('neither page nor cookie outdoes a tunnel in the path', async () => {
  const { response, looked } = await visit({ path: '/other/x', ...FROM_DEMO, cookie: 'http-tunnel=demo' });
  expect(response).toMatchObject({ status: 200, headers: { 'x-tunnel': ['other'] } });
  expect(looked).toEqual(['other']);
});

test('neither page nor cookie outdoes a host of its own, be there a tunnel or not', async () => {
  const hints = { referer: 'https://gone.tunnels.example/demo/', cookie: 'http-tunnel=demo' };
  expect((await visit({ host: 'other.tunnels.example', ...hints })).response).toMatchObject({ headers: { 'x-tunnel': ['other'] } });
  expect((await visit({ host: 'gone.tunnels.example', ...hints })).response).toBeUndefined();
  expect((await visit({ host: 'a.b.tunnels.example', ...hints })).response).toBeUndefined();
});

test('a tunnel that was just looked for in vain is not looked for again', async () => {
  const { looked, response } = await visit({ path: '/gone/x', referer: 'https://tunnels.example/gone/', cookie: 'http-tunnel=gone' });
  expect(response).toBeUndefined();
  expect(looked).toEqual(['gone']);
});

test('without a hint nothing leads back', async () => {
  expect((await visit({})).response).toBeUndefined();
});
