import http from 'node:http';
import { ConsoleServer } from '../../../local/console/console-server';
import type { Overview } from '../../../local/console/view-model';
import { LogStore } from '../../../emulator/logs/log-store';
import { LocalTraces } from '../../../local/story/local-traces';
import { SetAlarms, WrittenMetrics } from '../../support/observed';
import { rawRequest } from '../../support/gateway-raw-http';
import { ask } from '../../support/http-client';
import { eventually } from '../../support/eventually';

const logs = new LogStore();
const metrics = new WrittenMetrics();
const alarms = new SetAlarms();
const traces = new LocalTraces(logs);
let server: ConsoleServer;
beforeAll(async () => {
  server = await ConsoleServer.start({ logs, metrics, alarms, traces, environment: 'local' }, 0);
});
afterAll(() => server.close());

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
  '/runbooks/..%2f..%2fpackage.json',
  '/runbooks/../../package.json',
  '/runbooks/no-such.md',
])('the path %s is not found', async (path) => expect((await ask(server.url, path)).status).toBe(404));

test('an unknown request id is answered with 404 and a JSON message', async () => {
  const { status, text } = await ask(server.url, '/api/requests/0000-none');
  expect(status).toBe(404);
  expect(JSON.parse(text)).toEqual({
    message: 'the console has no data about request 0000-none: check the id; only recent requests of this local cloud are kept',
  });
});

test('the overview compares the cohorts, counts wakes by source, and lists alarms in ALARM first, with runbooks', async () => {
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
  }
  metrics.put('RolloutPercent', 25, [{ service: 'sweep' }], Date.now() - 50);
  const alarm = { address: 'a', kind: 'metric', reason: 'r', since: 1, description: 'D. Runbook: docs/runbooks/stream-lag.md' } as const;
  alarms.set({ ...alarm, name: 'a-ok', state: 'OK' });
  alarms.set({ ...alarm, name: 'b-bad', state: 'ALARM' });
  const overview = JSON.parse((await ask(server.url, '/api/overview?minutes=5')).text) as Overview;
  expect(overview).toMatchObject({
    minutes: 5,
    percent: 25,
    environment: 'local',
    verdict: { kind: 'better' },
    canary: { requests: 30, errors: 0, response: { p50: 55, average: 54.5 }, returned: { p50: 10 } },
    control: { requests: 30, returned: {} },
    wakes: [
      { source: 'direct', count: 27 },
      { source: 'bus', count: 3 },
      { source: 'safety-read', count: 0 },
    ],
  });
  expect(overview.alarms.map(({ name, runbook }) => [name, runbook])).toEqual([
    ['b-bad', '/runbooks/stream-lag.md'],
    ['a-ok', '/runbooks/stream-lag.md'],
  ]);
  expect(overview.charts.find(({ title }) => title === 'Requests')?.series[0]?.points).toHaveLength(60);
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
  expect(heard.join('')).toMatch(/^retry: 1000\n\nevent: overview\ndata: \{.*\n\nevent: lines\ndata: \{"fresh":true,/);
  expect(heard.join('')).toContain('"functionName":"sweep"');
  logs.add({ at: 2, functionName: 'f', environmentId: 'e', text: 'a new line' });
  await eventually(() =>
    expect(heard.join('')).toContain(
      'event: lines\ndata: {"fresh":false,"lines":[{"at":2,"functionName":"f","kind":"message","level":"info","text":"a new line"}]}\n\n',
    ),
  );
  heard.length = 0;
  alarms.set({ address: 'a', kind: 'metric', reason: 'it fell', since: 2, description: '', name: 'b-bad', state: 'OK' });
  await eventually(() => expect(heard.join('')).toContain('it fell'));
  request.destroy();
  await eventually(() => expect(listeners()).toBe(before));
});
