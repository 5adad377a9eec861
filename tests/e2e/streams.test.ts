import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../../agent';
import { AWS_LIMITS } from '../../emulator/limits';
import { labelOf } from '../../emulator/terraform/resource-names';
import { sumOfMetric } from '../support/emf';
import { eventually } from '../support/eventually';
import { ask } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { openStream } from '../support/open-stream';
import { functionOf, startCloud, type CloudUnderTest } from '../support/tunnel';

/** A whole answer has this time. A stream may take longer. In ms. */
const DEADLINE_MS = 3000;
/** For so long the keys of tickets are used after they were read. In ms. */
const KEYS_STALE_MS = 1500;
const BIG = randomBytes(3_000_000);

let under: CloudUnderTest;
let service: Server;
let agent: Agent;
/** The responses of the service that are open, by path. */
const open = new Map<string, ServerResponse>();
beforeAll(async () => {
  under = await startCloud({
    mode: 'direct',
    limits: { functionUrl: { ...AWS_LIMITS.functionUrl, tellsWhenVisitorLeaves: true } },
    environment: (same) => ({
      ...same,
      timings: { ...same.timings, requestDeadlineMs: DEADLINE_MS, rolloutCacheMs: 300, rolloutStaleMs: KEYS_STALE_MS },
      // Long enough for a busy machine, and short enough for the tests that wait for it.
      streams: { ...same.streams, probeMs: 500, silenceMs: 15_000, heartbeatMs: 700, stallMs: 4000 },
    }),
  });
  service = createServer((request, response) => {
    const url = request.url ?? '';
    open.set(url, response);
    response.on('close', () => open.delete(url));
    if (url.startsWith('/events')) response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    else if (url === '/big') response.end(BIG);
    else if (url === '/big-with-length') response.writeHead(200, { 'content-length': BIG.length }).end(BIG);
    else if (url === '/endless') {
      const more = (): void => {
        while (response.write(BIG.subarray(0, 65_536)));
        response.once('drain', more);
      };
      more();
    } else if (url === '/late') setTimeout(() => response.end('late, but there'), DEADLINE_MS + 2000);
    else response.end(`answer of ${url}`);
  });
  agent = await under.agent({ target: { port: await listenOnAnyPort(service) } });
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  await under.close();
});

const stream = (path: string) => openStream(under.streamUrl, `/demo${path}`);
const sent = (path: string): ServerResponse => {
  const response = open.get(path);
  if (!response) throw new Error(`the service has no open response for ${path}`);
  return response;
};
const digest = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

test('the head of an event stream and each event arrive while the service goes on', async () => {
  const events = await stream('/events-1');
  expect(events).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    sent('/events-1').write(event);
    await eventually(() => expect(events.text()).toContain(event));
  }
  sent('/events-1').end('data: 3\n\n');
  await expect(events.ended).resolves.toBe('clean');
  expect(events.text().replaceAll(':\n\n', '')).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\n');
});

test('an event stream whose service is silent gets comments', async () => {
  const events = await stream('/events-silent');
  await eventually(() => expect(events.text()).toBe(':\n\n:\n\n'));
  sent('/events-silent').end();
  await expect(events.ended).resolves.toBe('clean');
});

test.each(['/big', '/big-with-length'])('a body that is too large for a whole answer arrives byte for byte: %s', async (path) => {
  const reply = await ask(under.streamUrl, `/demo${path}`);
  expect(reply.status).toBe(200);
  expect(digest(reply.body)).toBe(digest(BIG));
});

test('a request whose service takes longer than a whole answer may take gets its answer', async () => {
  expect(await ask(under.streamUrl, '/demo/late')).toMatchObject({ status: 200, text: 'late, but there' });
});

test('a service that breaks off in mid-stream cuts the visitor off', async () => {
  const events = await stream('/events-broken');
  sent('/events-broken').write('data: 1\n\n');
  await eventually(() => expect(events.text()).toContain('data: 1'));
  sent('/events-broken').destroy();
  await expect(events.ended).resolves.toBe('cut');
});

test('a visitor who leaves ends the request to the service, where the door is told of it', async () => {
  const events = await stream('/events-left');
  sent('/events-left').write('data: 1\n\n');
  await eventually(() => expect(events.text()).toContain('data: 1'));
  events.leave();
  await eventually(() => expect(open.has('/events-left')).toBe(false));
});

test('a visitor who takes nothing holds up the service, and is cut off in the end', async () => {
  const download = await stream('/endless');
  download.pause();
  await eventually(() => expect(open.has('/endless')).toBe(false));
  await eventually(() => expect(sumOfMetric(under.logs, 'StreamSlow')).toBeGreaterThan(0));
  download.leave();
});

test('the loss of the wake socket in mid-stream costs no byte, also when the keys of tickets were read long ago', async () => {
  const events = await stream('/events-socket');
  sent('/events-socket').write('data: before\n\n');
  await eventually(() => expect(events.text()).toContain('before'));
  await sleep(KEYS_STALE_MS + 500);
  const { gateway, spec } = under.cloud.services;
  const wakes = spec.webSocketApis.find(({ address }) => labelOf(address).includes('wake-channel'));
  const connections = gateway.connections(wakes?.apiId ?? '');
  expect(connections.length).toBeGreaterThan(0);
  for (const { connectionId } of connections) gateway.drop(connectionId, 'close');
  sent('/events-socket').write('data: after\n\n');
  await eventually(() => expect(events.text()).toContain('after'));
  sent('/events-socket').end();
  await expect(events.ended).resolves.toBe('clean');
});

test("the loss of the agent's connection in mid-stream costs no byte", async () => {
  const events = await stream('/events-agent');
  sent('/events-agent').write('data: before\n\n');
  await eventually(() => expect(events.text()).toContain('before'));
  const { gateway, spec } = under.cloud.services;
  const agents = spec.webSocketApis.find(({ address }) => labelOf(address).includes('agent-gateway'));
  for (const { connectionId } of gateway.connections(agents?.apiId ?? '')) gateway.drop(connectionId, 'close');
  sent('/events-agent').write('data: after\n\n');
  await eventually(() => expect(events.text()).toContain('after'));
  sent('/events-agent').end();
  await expect(events.ended).resolves.toBe('clean');
});

test('the death of the function that holds the visitor cuts the visitor off, and the service is freed', async () => {
  const events = await stream('/events-killed');
  sent('/events-killed').write('data: 1\n\n');
  await eventually(() => expect(events.text()).toContain('data: 1'));
  const { lambda } = under.cloud.services;
  const name = functionOf(under.cloud, 'stream-request');
  const running = lambda.environments().filter((each) => each.functionName === name);
  for (const { id } of running) lambda.kill(id);
  await expect(events.ended).resolves.toBe('cut');
  await eventually(() => expect(open.has('/events-killed')).toBe(false));
});

test('an agent that stops in mid-stream cuts the visitor off', async () => {
  const other = await under.agent({ name: 'stopping', target: { port: (service.address() as { port: number }).port } });
  const events = await openStream(under.streamUrl, '/stopping/events-stopped');
  await other.stop({ graceMs: 100 });
  await expect(events.ended).resolves.toBe('cut');
  expect(agent).toBeDefined();
});

test("the door's errors are those of the other door", async () => {
  const byDoor = await Promise.all([under.visitorUrl, under.streamUrl].map((url) => ask(url, '/nobody/x')));
  for (const { status, headers, text } of byDoor) {
    expect({ status, error: headers['x-tunnel-error'], title: (JSON.parse(text) as { title: string }).title }).toEqual({
      status: 404,
      error: 'tunnel_not_found',
      title: 'There is no such tunnel',
    });
  }
});

test('an event stream at the HTTP API is refused at once, and the refusal names the address of the stream', async () => {
  const reply = await ask(under.visitorUrl, '/demo/events-2?a=%20', { headers: { accept: 'text/event-stream' } });
  expect(reply).toMatchObject({ status: 501, headers: { 'x-tunnel-error': 'event_stream_refused' } });
  expect(reply.headers.link).toBe(`<${under.streamUrl}/demo/events-2?a=%20>; rel="alternate"`);
  expect(open.has('/events-2?a=%20')).toBe(false);
});

test('a well-known document at the root of the door is that of the tunnel', async () => {
  const reply = await ask(under.streamUrl, '/.well-known/oauth-protected-resource/demo/mcp');
  expect(reply.text).toBe('answer of /.well-known/oauth-protected-resource/mcp');
});
