import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { ask } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { startCloud, tableOf, type CloudUnderTest } from '../support/tunnel';

const PASSWORD = 'ann:correct horse';
const TOKEN = 'a-token-of-more-than-24-characters';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

let under: CloudUnderTest;
let service: Server;
let port: number;
let seen: IncomingHttpHeaders[] = [];
beforeAll(async () => {
  under = await startCloud({ mode: 'direct' });
  service = createServer((request, response) => {
    seen.push(request.headers);
    response.end('in');
  });
  port = await listenOnAnyPort(service);
  await under.agent({ name: 'closed', target: { port }, access: { basicAuth: [PASSWORD], bearerTokens: [TOKEN] } });
});
beforeEach(() => (seen = []));
afterAll(async () => {
  await under.close();
  service.close();
});

test('a visitor without credentials gets 401 and a challenge that browsers understand, and nothing reaches the agent', async () => {
  const page = await under.visit('/', { headers: { accept: 'text/html' } }, 'closed');
  expect(page.status).toBe(401);
  expect(page.headers).toMatchObject({
    'x-tunnel-error': 'visitor_unauthorized',
    'www-authenticate': 'Basic realm="closed", charset="UTF-8", Bearer realm="closed"',
    'content-type': 'text/html; charset=utf-8',
    'x-tunnel-request-id': expect.stringMatching(UUID),
  });
  expect(page.text).toContain('This tunnel requires a password or a token');
  expect((await under.visit('/', { headers: basic('ann:wrong') }, 'closed')).status).toBe(401);
  expect(seen).toEqual([]);
  expect(await under.pendingRows()).toEqual([]);
});

test.each([
  ['password', basic(PASSWORD)],
  ['bearer token', { authorization: `Bearer ${TOKEN}` }],
])('the right %s opens a closed tunnel, and the local service does not receive the credentials', async (_, headers) => {
  for (let i = 0; i < 3; i++) expect(await under.visit('/', { headers }, 'closed')).toMatchObject({ status: 200, text: 'in' });
  expect(seen).toHaveLength(3);
  for (const each of seen) expect(each).not.toHaveProperty('authorization');
});

test('credentials reach the local service when the owner wants that, and always when the tunnel is open', async () => {
  await under.agent({ name: 'passing', target: { port }, access: { bearerTokens: [TOKEN], forwardAuthorization: true } });
  await under.agent({ name: 'open', target: { port } });
  await under.visit('/', { headers: { authorization: `Bearer ${TOKEN}` } }, 'passing');
  await under.visit('/', { headers: { authorization: 'Bearer of the app' } }, 'open');
  expect(seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`, 'Bearer of the app']);
});

test('a visitor from an address that is not allowed gets 403, even with a forged X-Forwarded-For', async () => {
  await under.agent({ name: 'elsewhere', target: { port }, access: { allowCidrs: ['192.0.2.0/24'] } });
  const reply = await under.visit('/', { headers: { 'x-forwarded-for': '192.0.2.1' } }, 'elsewhere');
  expect(reply).toMatchObject({
    status: 403,
    headers: { 'x-tunnel-error': 'visitor_not_allowed', 'x-tunnel-request-id': expect.stringMatching(UUID) },
  });
  await under.agent({ name: 'here', target: { port }, access: { allowCidrs: ['127.0.0.0/8'] } });
  expect((await under.visit('/', {}, 'here')).status).toBe(200);
  expect(seen).toHaveLength(1);
});

test('a web app of another origin can send its token after a preflight without one, where the owner allows preflights', async () => {
  const origin = { origin: 'https://app.test' };
  const preflight = {
    method: 'OPTIONS',
    headers: { ...origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' },
  };
  const refused = await under.visit('/', preflight, 'closed');
  expect(refused).toMatchObject({ status: 401, headers: { 'x-tunnel-error': 'visitor_unauthorized' } });
  expect(seen).toEqual([]);
  await under.agent({ name: 'for-apps', target: { port }, access: { bearerTokens: [TOKEN], allowPreflight: true } });
  expect((await under.visit('/', preflight, 'for-apps')).status).toBe(200);
  expect((await under.visit('/', { method: 'PUT', headers: origin }, 'for-apps')).status).toBe(401);
  expect((await under.visit('/', { method: 'PUT', headers: { ...origin, authorization: `Bearer ${TOKEN}` } }, 'for-apps')).status).toBe(
    200,
  );
  expect(seen.map((headers) => headers['access-control-request-method'])).toEqual(['PUT', undefined]);
});

test('a visitor who guesses many passwords gets 429, and no guess reaches the local service', async () => {
  await under.agent({ name: 'guessed', target: { port }, access: { basicAuth: [PASSWORD] } });
  const statuses: number[] = [];
  // Each execution environment counts separately, and by now two environments may be running.
  for (let guess = 0; guess < 30 && statuses.at(-1) !== 429; guess++) {
    const reply = await under.visit('/', { headers: basic(`ann:guess ${guess}`) }, 'guessed');
    statuses.push(reply.status);
    if (reply.status !== 429) continue;
    expect(reply.headers['x-tunnel-error']).toBe('too_many_guesses');
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(30);
  }
  expect(statuses.at(-1)).toBe(429);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
  expect(seen).toEqual([]);
});

test('a link is redirected into a closed tunnel, which asks for credentials before it sends anything else', async () => {
  const { visitorUrl } = under;
  const ledBack = await ask(visitorUrl, '/members', { headers: { accept: 'text/html', referer: `${visitorUrl}/closed/` } });
  expect(ledBack).toMatchObject({ status: 307, headers: { location: '/closed/members' }, text: '' });
  const asked = await ask(visitorUrl, '/closed/members', { headers: { accept: 'text/html' } });
  expect(asked.status).toBe(401);
  for (const { headers } of [ledBack, asked]) expect(headers).not.toHaveProperty('set-cookie');
  expect(seen).toEqual([]);
});

test('access rules apply while the agent is away, and change with the next connection', async () => {
  const first = await under.agent({ name: 'changing', target: { port }, access: { bearerTokens: [TOKEN] } });
  await first.stop({ graceMs: 0 });
  expect((await under.visit('/', {}, 'changing')).status).toBe(401);
  expect((await under.visit('/', { headers: { authorization: `Bearer ${TOKEN}` } }, 'changing')).status).toBe(502);
  await under.agent({ name: 'changing', target: { port } });
  expect((await under.visit('/', {}, 'changing')).status).toBe(200);
});

test('the row of a tunnel contains digests, and no password or token', async () => {
  const rows = await under.cloud.services.dynamodb.scan(tableOf(under.cloud, 'tunnels'));
  const text = JSON.stringify(rows);
  expect(text).toContain('passwords');
  for (const secret of [
    PASSWORD,
    'correct horse',
    TOKEN,
    Buffer.from(PASSWORD).toString('base64'),
    Buffer.from(TOKEN).toString('base64'),
  ]) {
    expect(text).not.toContain(secret);
  }
});
