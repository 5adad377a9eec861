import http from 'node:http';
import { ConsoleServer } from '../../../local/console/console-server';
import type { Overview } from '../../../local/console/view-model';
import { consoleSources } from '../../support/observed';
import { rawRequest } from '../../support/gateway-raw-http';
import { ask } from '../../support/http-client';
import { eventually } from '../../support/eventually';
import { rolloutItem } from '../../support/rollout-items';

const sources = consoleSources();
const { logs, metrics, alarms, visits, rollout } = sources;
let server: ConsoleServer;
beforeAll(async () => {
  server = await ConsoleServer.start(sources, 0);
});
afterAll(() => server.close());

const overview = async (query = ''): Promise<Overview> => JSON.parse((await ask(server.url, `/api/overview${query}`)).text) as Overview;

/** A visit that was answered, as API Gateway reports it. */
const answered = (at: number): Parameters<typeof visits.add>[0] => ({
  at,
  method: 'GET',
  path: '/demo/',
  status: 200,
  latencyMs: 40,
  headers: [['x-tunnel-request-id', '11111111-aaaa']],
});

test('the page has a content security policy that allows no other origin and no inline code', async () => {
  const { status, headers, text } = await ask(server.url, '/');
  expect(status).toBe(200);
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toMatch(/unsafe|\*|http/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(text).not.toMatch(/<script>|<style>|\son[a-z]+=|style=|https?:\/\//);
  expect((await ask(server.url, '/console.js')).headers['content-type']).toContain('text/javascript');
});

test.each([
  ['a request with another Host', { headers: { host: 'evil.test' } }, 403],
  ['a request with the right host name and another port', { headers: { host: '127.0.0.1:1' } }, 403],
  ['a POST', { method: 'POST' }, 405],
  ['a DELETE', { method: 'DELETE' }, 405],
  ['a preflight', { method: 'OPTIONS', headers: { origin: 'http://evil.test', 'access-control-request-method': 'GET' } }, 405],
  ['a call from another site', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
  ['a call from a page on another port', { headers: { 'sec-fetch-site': 'same-site' } }, 403],
  ['a call of a browser without Sec-Fetch-Site, from another origin', { headers: { origin: 'http://evil.test' } }, 403],
  ['a call from a page without an origin', { headers: { origin: 'null' } }, 403],
] as const)('%s is refused, and no other origin may read the answer', async (_, how, status) => {
  for (const path of ['/api/overview', '/api/events', '/api/requests/0000-none']) {
    const reply = await ask(server.url, path, how);
    expect(reply.status).toBe(status);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    expect(reply.headers['cross-origin-resource-policy']).toBe('same-origin');
  }
});

test.each([
  '/api/overview',
  '//x/api/overview',
  '//127.0.0.1/api/overview',
  '/\\x/api/overview',
  '/x/../api/overview',
  '/%2e%2e/api/overview',
  '/./api/overview',
  'http://localhost/api/overview',
  'HTTP://x/../api/overview',
])('a call from another site does not reach the API by the URL %s', async (target) => {
  const { host, port } = new URL(server.url);
  const reply = await rawRequest(Number(port), `GET ${target} HTTP/1.1`, [`Host: ${host}`, 'Sec-Fetch-Site: cross-site']);
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
});

test.each(['//', '///', '//[', '//x:y/', '/#', 'x', '*', 'http://', 'http://[', 'http://x:99999/', 'ftp://x/'])(
  'the malformed URL %s is refused with a status from 400 to 499',
  async (target) => {
    const { host, port } = new URL(server.url);
    const { status } = await rawRequest(Number(port), `GET ${target} HTTP/1.1`, [`Host: ${host}`]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  },
);

test('a request with its own address as an absolute URL is answered like any other', async () => {
  const { host, port } = new URL(server.url);
  const reply = await rawRequest(Number(port), `GET ${server.url}/api/overview HTTP/1.1`, [`Host: ${host}`]);
  expect(reply.status).toBe(200);
});

test.each([
  ['its own page', { 'sec-fetch-site': 'same-origin' }],
  ["the browser's address bar", { 'sec-fetch-site': 'none' }],
  ['a program that is no browser', {}],
])('a call from %s is answered', async (_, headers) => {
  expect((await ask(server.url, '/api/overview', { headers })).status).toBe(200);
});

test('the answer and the event stream carry the same protecting header fields', async () => {
  const [overview, stream] = await Promise.all([ask(server.url, '/api/overview'), ask(server.url, '/api/events', { method: 'HEAD' })]);
  expect(stream.headers['content-type']).toBe('text/event-stream');
  for (const name of ['cache-control', 'content-security-policy', 'cross-origin-resource-policy', 'x-content-type-options']) {
    expect(stream.headers[name]).toBe(overview.headers[name]);
    expect(stream.headers[name]).toBeDefined();
  }
});

test('a HEAD request for the event stream opens no stream', async () => {
  const before = logs.events.listenerCount('line');
  const { host, port } = new URL(server.url);
  const reply = await rawRequest(Number(port), 'HEAD /api/events HTTP/1.1', [`Host: ${host}`]);
  expect(reply).toMatchObject({ status: 200, body: '' });
  expect(logs.events.listenerCount('line')).toBe(before);
});

test.each([
  '/nothing',
  '/api/requests/',
  '/api/requests/%2e%2e',
  '/docs/runbooks/..%2f..%2fpackage.json',
  '/docs/runbooks/../../package.json',
  '/docs/runbooks/no-such.md',
])('the path %s is not found', async (path) => expect((await ask(server.url, path)).status).toBe(404));

test('an unknown request id is answered with 404 and a JSON message', async () => {
  const { status, text } = await ask(server.url, '/api/requests/0000-none');
  expect(status).toBe(404);
  expect(JSON.parse(text)).toEqual({
    message: 'the console has no data about request 0000-none: check the id; only recent requests of this local cloud are kept',
  });
});

test('a runbook is a page without scripts, under the same content security policy as the console page', async () => {
  const { status, headers, text } = await ask(server.url, '/docs/runbooks/stream-lag.md');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toBe((await ask(server.url, '/')).headers['content-security-policy']);
  expect(text).toContain('<h1 id="stream-lag">stream-lag</h1>');
  expect(text).not.toMatch(/<script|<style|\son[a-z]+=|\sstyle=/);
});

test('the overview compares the cohorts, counts wakes by source, and lists alarms that are on first, with runbooks', async () => {
  const canary = { service: 'forward-request', cohort: 'event-driven' };
  const control = { service: 'forward-request', cohort: 'polling' };
  for (let i = 0; i < 30; i++) {
    const at = Date.now() - 10_000 - i;
    metrics.put('Requests', 1, [canary, { ...canary, mode: 'direct' }], at);
    metrics.put('ResponseTime', 40 + i, [canary, { ...canary, mode: 'direct' }], at);
    metrics.put('ReturnTime', 10, [canary, { ...canary, mode: 'direct' }], at);
    metrics.put('WakeLatency', 10, [{ service: 'forward-request', source: i < 27 ? 'direct' : 'bus' }], at);
    metrics.put('Requests', 1, [control, { ...control, mode: 'polling' }], at);
    metrics.put('ResponseTime', 100 + i, [control, { ...control, mode: 'polling' }], at);
    visits.add(answered(at));
  }
  const alarm = { address: 'a', kind: 'metric', reason: 'r', since: 1, description: 'D. Runbook: docs/runbooks/stream-lag.md' } as const;
  alarms.set({ ...alarm, name: 'http-tunnel-local-a-ok', state: 'OK' });
  alarms.set({ ...alarm, name: 'http-tunnel-local-c-new', state: 'INSUFFICIENT_DATA' });
  const healthy = await overview('?minutes=1');
  expect(healthy).toMatchObject({
    minutes: 1,
    environment: 'local',
    rollout: { state: 'open', percent: 25 },
    verdict: { kind: 'good', headline: 'The canary is better than the control' },
    canary: { requests: 30, errors: 0, response: { p50: 55, average: 54.5 }, returned: { p50: 10 } },
    control: { requests: 30, returned: {} },
    wakes: [
      { source: 'direct', count: 27 },
      { source: 'bus', count: 3 },
      { source: 'safety-read', count: 0 },
    ],
  });
  alarms.set({ ...alarm, name: 'http-tunnel-local-b-bad', state: 'ALARM' });
  const ill = await overview('?minutes=5');
  expect(ill.verdict).toMatchObject({ kind: 'bad', headline: 'The alarm b-bad is on' });
  expect(ill.alarms.map(({ name, isOn, runbook }) => [name, isOn, runbook])).toEqual([
    ['http-tunnel-local-b-bad', true, '/docs/runbooks/stream-lag.md'],
    ['http-tunnel-local-c-new', false, '/docs/runbooks/stream-lag.md'],
    ['http-tunnel-local-a-ok', false, '/docs/runbooks/stream-lag.md'],
  ]);
  expect(ill.charts.find(({ title }) => title === 'Requests')?.series[0]?.points).toHaveLength(60);
});

test('an alarm that has lost its data is on, and one that never had data is not', async () => {
  const alarm = { address: 'a', kind: 'metric', reason: 'r', since: 1, description: '' } as const;
  alarms.clear();
  alarms.set({ ...alarm, name: 'sweep-missing', state: 'OK' });
  alarms.set({ ...alarm, name: 'sweep-missing', state: 'INSUFFICIENT_DATA' });
  alarms.set({ ...alarm, name: 'new', state: 'INSUFFICIENT_DATA' });
  const { verdict, alarms: shown } = await overview();
  expect(shown.map(({ name, isOn }) => [name, isOn])).toEqual([
    ['sweep-missing', true],
    ['new', false],
  ]);
  expect(verdict.headline).toBe('The alarm sweep-missing is on');
  alarms.clear();
});

test('the headline and the rollout card tell of a rollback, whatever the metrics say', async () => {
  rollout.item = rolloutItem({ percent: 0, latched: true, by: 'roll-back', why: 'alarm event-driven-errors' });
  const { verdict, rollout: card } = await overview();
  expect(verdict).toMatchObject({ kind: 'warning', headline: 'Rolled back and latched: all requests poll until somebody resumes' });
  expect(card).toMatchObject({ state: 'latched', percent: 0, next: { command: 'npm run rollout -- --env local resume --why "…"' } });
  rollout.item = undefined;
});

test('a table that cannot be read takes only the rollout from the page, and the headline says so', async () => {
  const read = jest.spyOn(rollout, 'read').mockRejectedValue(new Error('no table today'));
  const { verdict, canary } = await overview();
  expect(verdict).toMatchObject({
    kind: 'bad',
    headline: 'The rollout cannot be read',
    points: expect.arrayContaining(['no table today.']),
  });
  expect(canary.requests).toBe(30);
  read.mockRestore();
});

test('requests are listed with method, path, status and time, those that API Gateway refused included', async () => {
  visits.add({
    at: Date.now(),
    method: 'POST',
    path: '/demo/orders',
    status: 429,
    latencyMs: 3,
    headers: [
      ['x-tunnel-request-id', 'id-1'],
      ['x-tunnel-error', 'tunnel_busy'],
    ],
  });
  visits.add({ at: Date.now(), method: 'GET', path: '/demo/', status: 503, latencyMs: 1, headers: [] });
  const { verdict, requests } = await overview();
  expect(requests.slice(0, 2)).toEqual([
    { at: expect.any(Number), method: 'GET', path: '/demo/', status: 503, ms: 1, fate: 'failed' },
    {
      at: expect.any(Number),
      method: 'POST',
      path: '/demo/orders',
      status: 429,
      ms: 3,
      fate: 'failed',
      requestId: 'id-1',
      error: 'tunnel_busy',
    },
  ]);
  expect(verdict).toMatchObject({
    kind: 'bad',
    headline: '6.3 % of the visits of the last minute failed or were refused: 429 tunnel_busy and others',
  });
});

test('the overview fails while metrics cannot be read, and the event stream reports the failure', async () => {
  const read = jest.spyOn(metrics, 'read').mockImplementation(() => {
    throw new Error('no metrics today');
  });
  expect(await ask(server.url, '/api/overview')).toMatchObject({ status: 500, text: '{"message":"no metrics today"}' });
  const heard = await new Promise<string>((resolve) => {
    const request = http.get(`${server.url}/api/events`, (response) =>
      response.setEncoding('utf8').on('data', (text: string) => {
        if (!text.includes('trouble')) return;
        request.destroy();
        resolve(text);
      }),
    );
  });
  expect(heard).toContain('event: trouble\ndata: {"message":"no metrics today"}');
  read.mockRestore();
  expect((await ask(server.url, '/api/overview')).status).toBe(200);
});

test('the event stream starts with the current state, continues with new events, and ends with its reader', async () => {
  const heard: string[] = [];
  const listeners = (): number => logs.events.listenerCount('line') + alarms.events.listenerCount('transition');
  const before = listeners();
  logs.add({ at: 1, functionName: 'http-tunnel-local-sweep', environmentId: 'e', text: 'an old line' });
  const request = http.get(`${server.url}/api/events?minutes=5`, (response) => {
    response.setEncoding('utf8').on('data', (text: string) => heard.push(text));
  });
  await eventually(() => expect(heard.join('')).toContain('an old line'));
  expect(heard.join('')).toMatch(/^retry: 1000\n\nevent: /);
  expect(heard.join('')).toContain('event: lines\ndata: {"fresh":true,');
  await eventually(() => expect(heard.join('')).toContain('event: overview\ndata: {"at":'));
  expect(heard.join('')).toContain('"functionName":"sweep"');
  logs.add({ at: 2, functionName: 'f', environmentId: 'e', text: 'a new line' });
  await eventually(() =>
    expect(heard.join('')).toContain(
      'event: lines\ndata: {"fresh":false,"lines":[{"at":2,"functionName":"f","kind":"message","level":"info","text":"a new line"}]}\n\n',
    ),
  );
  heard.length = 0;
  alarms.set({
    address: 'a',
    kind: 'metric',
    reason: 'it rose',
    since: 2,
    description: '',
    name: 'http-tunnel-local-b-bad',
    state: 'ALARM',
  });
  alarms.set({ address: 'a', kind: 'metric', reason: 'it fell', since: 3, description: '', name: 'http-tunnel-local-b-bad', state: 'OK' });
  await eventually(() => expect(heard.join('')).toContain('it fell'));
  request.destroy();
  await eventually(() => expect(listeners()).toBe(before));
});
