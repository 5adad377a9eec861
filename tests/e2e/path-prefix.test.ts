import { startLocalServer, type LocalServer } from '../support/agent-local-server';
import { ask, type Ask, type Reply } from '../support/http-client';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' };

let cloud: CloudUnderTest;
let service: LocalServer;
/** What arrived: path, `X-Forwarded-Prefix` and cookies. */
let received: (string | undefined)[][] = [];

beforeAll(async () => {
  cloud = await startCloud({ mode: 'direct' });
  service = await startLocalServer((request, reply) => {
    received.push([request.url, request.headers['x-forwarded-prefix'] as string | undefined, request.headers.cookie]);
    reply.writeHead(302, {
      location: `http://${request.headers.host}/members`,
      'set-cookie': ['session=1; Path=/; Domain=127.0.0.1', 'http-tunnel=evil; Path=/'],
    });
    reply.end('<a href="/members">');
  });
  await cloud.agent({ target: { port: service.port } });
});
afterAll(async () => {
  await cloud.close();
  await service.close();
});
beforeEach(() => {
  received = [];
});

const visit = (path: string, how: Ask = {}): Promise<Reply> => ask(cloud.visitorUrl, path, how);

test('a response below a path prefix keeps redirects and cookies below the prefix, and sets the tunnel cookie', async () => {
  const reply = await visit('/demo/login?x=1', { headers: PAGE });
  expect(reply.headers).toMatchObject({
    location: `${cloud.visitorUrl}/demo/members`,
    'set-cookie': ['session=1; Path=/demo', 'http-tunnel=demo; Path=/; HttpOnly; SameSite=Lax'],
  });
  expect(reply.text).toBe('<a href="/members">');
  expect(received).toEqual([['/login?x=1', '/demo', undefined]]);
});

test.each([
  ['Referer field', () => ({ referer: `${cloud.visitorUrl}/demo/login` })],
  ['cookie', () => ({ cookie: 'session=1; http-tunnel=demo' })],
])('a request without the prefix is redirected to the tunnel that its %s names', async (_what, headers) => {
  const reply = await visit('/members?a=1&a=%20', { method: 'POST', headers: headers(), body: 'x' });
  expect(reply).toMatchObject({ status: 307, headers: { location: '/demo/members?a=1&a=%20', 'cache-control': 'no-store' } });
  expect(received).toEqual([]);
});

test('the tunnel cookie does not reach the local service', async () => {
  await visit('/demo/', { headers: { cookie: 'session=1; http-tunnel=demo' } });
  expect(received).toEqual([['/', '/demo', 'session=1']]);
});

test('a request to a host of an unknown tunnel gets 404, even if referring page and cookie name a tunnel', async () => {
  const headers = { host: 'gone.localhost', referer: 'http://gone.localhost/demo/', cookie: 'http-tunnel=demo' };
  expect(await visit('/members', { headers })).toMatchObject({ status: 404, headers: { 'x-tunnel-error': 'tunnel_not_found' } });
});

test('a request without prefix, referring page and cookie gets 404', async () => {
  expect(await visit('/members')).toMatchObject({ status: 404, headers: { 'x-tunnel-error': 'tunnel_not_found' } });
});
