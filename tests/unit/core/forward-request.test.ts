import { bodyRefOf, newSalt, tokenDigest, type Headers } from '../../../protocol';
import { responseBodyKey } from '../../../functions/core/body-store';
import type { ForwardOptions } from '../../../functions/core/forward-options';
import { forwardRequest } from '../../../functions/core/forward-request';
import type { RequestOutcome } from '../../../functions/core/pending-request';
import type { Arrival } from '../../../functions/core/in-flight';
import type { Tunnel } from '../../../functions/core/tunnel';
import type { PostResult } from '../../../functions/core/tunnel-agent';
import { alwaysAt, cloud, OK, TUNNEL } from '../../support/forward-fixture';
import { VirtualClock } from '../../support/virtual-clock';

/** At a limit of 200, one request in 50 is a sample while few are in flight: the first 32 bits of its id are divisible by 50. */
const SAMPLE = '00000032-0000-4000-8000-000000000000';
const { connectionId: _connection, ...AWAY }: Tunnel = TUNNEL;

test('the waiter is subscribed and the row is put before the request is posted to the agent', async () => {
  const { log, options, request } = cloud({ outcome: OK });
  await forwardRequest('r1', request, options);
  expect(log).toEqual(['subscribe', 'assigned event-driven bus', 'post c1 rows=1 subscribed=true', 'answered bus', 'unsubscribe']);
});

test('a waiter finds an answer that is written before it begins to wait', async () => {
  const { pending, options, request } = cloud({ outcome: OK });
  const response = await forwardRequest('r1', request, options);
  expect(response.status).toBe(200);
  expect(Buffer.from(response.body).toString()).toBe('hello');
  expect(pending.rows.size).toBe(0);
});

test('the row of a request contains the mode, the waiter and a deadline that counts from the arrival', async () => {
  const { pending, options, request, clock } = cloud({ posts: ['sent'] });
  const forwarding = forwardRequest('r1', { ...request, arrivedAt: clock.now() - 2000 }, options);
  await clock.advance(10);
  expect(pending.rows.get('r1')?.request).toStrictEqual({
    requestId: 'r1',
    tunnelId: 'demo',
    owner: 'ann',
    cohort: 'event-driven',
    mode: 'bus',
    waiterConnectionId: 'w1',
    deadline: clock.now() - 10 + 26_000,
  });
  const refused = expect(forwarding).rejects.toMatchObject({ code: 'deadline_exceeded', status: 504 });
  await clock.advance(26_000);
  await refused;
});

test('the row of a traced request contains the trace header', async () => {
  const { pending, options, request } = cloud({ outcome: OK });
  const put = jest.spyOn(pending, 'put');
  await forwardRequest('r1', { ...request, traceHeader: 'Root=1-a-b' }, options);
  expect(put).toHaveBeenCalledWith(expect.objectContaining({ traceHeader: 'Root=1-a-b' }));
});

test('a failed entry among the requests in flight and a failed read during the wait are reported, and the visitor still gets the answer', async () => {
  const { log, clock, pending, options, request } = cloud({
    inFlight: { enter: () => Promise.reject(new Error('throttled')), leave: async () => undefined },
  });
  jest.spyOn(pending, 'read').mockRejectedValueOnce(new Error('throttled'));
  const forwarding = forwardRequest('r1', request, options);
  await clock.advance(1500);
  // One entry and one read have failed.
  expect(log.filter((line) => line === 'store failed')).toHaveLength(2);
  await pending.complete({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', outcome: OK, completedAt: clock.now() });
  await clock.advance(1000);
  await expect(forwarding).resolves.toMatchObject({ status: 200 });
});

test('a request polls when the wake channel is not ready', async () => {
  const { log, options, request, clock, pending } = cloud({ wakes: { subscribe: async () => undefined }, outcome: OK });
  const forwarding = forwardRequest('r1', request, options);
  await clock.advance(60);
  await forwarding;
  expect(log).toContain('assigned event-driven polling');
  expect(log).toContain('answered read');
  expect(pending.rows.size).toBe(0);
});

test('a request polls and does not subscribe to the wake channel when the rollout assigns polling', async () => {
  const { log, options, request, clock } = cloud({ rollout: { useEventDriven: false, mode: 'bus' }, outcome: OK });
  const forwarding = forwardRequest('r1', request, options);
  await clock.advance(60);
  await forwarding;
  expect(log).toContain('assigned polling polling');
  expect(log).not.toContain('subscribe');
});

/** A rollout whose share changes during the look-up. */
function changing(from: number, to: number) {
  const find = async (): Promise<Tunnel> => TUNNEL;
  return { tunnels: { find, lastPercent: from, lookUp: async () => ({ tunnel: TUNNEL, arrivals: [], percent: to }) }, outcome: OK };
}

test('a request is event-driven when its own look-up of the tunnel returns a share of 100 %', async () => {
  const { log, options, request } = cloud(changing(0, 100));
  await forwardRequest('r1', request, options);
  expect(log.slice(0, 2)).toEqual(['subscribe', 'assigned event-driven bus']);
  expect(log).toContain('answered bus');
});

test('a request polls, without waiting for the wake channel, when its own look-up of the tunnel returns a share of 0 %', async () => {
  let ready: (none: undefined) => void = () => undefined;
  const subscribe = () => new Promise<undefined>((resolve) => (ready = resolve));
  const { log, options, request, clock, pending } = cloud({ ...changing(100, 0), wakes: { subscribe } });
  const forwarding = forwardRequest('r1', request, options);
  await clock.advance(60);
  expect(log).toContain('assigned polling polling');
  expect(log).toContain('answered read');
  expect(pending.rows.size).toBe(0);
  ready(undefined);
  await forwarding;
});

test.each([
  ['tunnel_not_found', 404, { found: [undefined] }],
  ['agent_away', 502, { found: [AWAY] }],
  ['agent_away', 502, { posts: ['gone' as const] }],
  ['agent_busy', 503, { posts: ['busy' as const] }],
])('the error %s (%i) is returned at once and leaves no row', async (code, status, overrides) => {
  const { pending, options, request } = cloud(overrides);
  await expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code, status });
  expect(pending.rows.size).toBe(0);
});

describe('a browser with the cookie of a tunnel', () => {
  const tunnels = alwaysAt(100, async (tunnelId) => (tunnelId === 'demo' ? AWAY : undefined));
  const cookie = { cookie: ['http-tunnel=demo'] };

  test.each(['/other/style.css', '/~/style.css'])(
    'is redirected from %s to the tunnel, and the waiter does not stay subscribed',
    async (path) => {
      const { log, options, request } = cloud({ tunnels });
      const response = await forwardRequest('r1', { ...request, path, headers: { ...request.headers, ...cookie } }, options);
      expect(response).toMatchObject({ status: 307, headers: { location: [`/demo${path}?a=1&a=2`] } });
      expect(log.filter((line) => line === 'unsubscribe')).toEqual(log.filter((line) => line === 'subscribe').map(() => 'unsubscribe'));
    },
  );

  test('is not redirected when the tunnel of the path exists but its agent is away', async () => {
    const { options, request } = cloud({ tunnels });
    const forwarding = forwardRequest('r1', { ...request, path: '/demo/a', headers: { ...request.headers, ...cookie } }, options);
    await expect(forwarding).rejects.toMatchObject({ code: 'agent_away' });
  });
});

test('a request is posted to the newer connection of the agent when the first connection is gone', async () => {
  const { log, options, request } = cloud({ found: [TUNNEL, { ...TUNNEL, connectionId: 'c2' }], posts: ['gone', 'sent'], outcome: OK });
  await forwardRequest('r1', request, options);
  expect(log.filter((line) => line.startsWith('post')).map((line) => line.split(' ')[1])).toEqual(['c1', 'c2']);
});

test.each<[string, PostResult, Tunnel]>([
  ['that returns "gone" is not repeated to the same connection', 'gone', TUNNEL],
  ['that returns "gone" is not repeated when the agent is away', 'gone', AWAY],
  ['that returns "busy" is not repeated to a newer connection', 'busy', { ...TUNNEL, connectionId: 'c2' }],
])('a post to the agent %s', async (_, result, newer) => {
  const { log, options, request } = cloud({ found: [TUNNEL, newer], posts: [result] });
  await expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code: result === 'busy' ? 'agent_busy' : 'agent_away' });
  expect(log.filter((line) => line.startsWith('post'))).toHaveLength(1);
});

test('a newer connection of another owner does not get the request', async () => {
  const { log, options, request } = cloud({ found: [TUNNEL, { ...TUNNEL, owner: 'eve', connectionId: 'c2' }], posts: ['gone'] });
  await expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code: 'agent_away' });
  expect(log.filter((line) => line.startsWith('post'))).toHaveLength(1);
});

test('a newer connection with other access rules does not get a request that the older rules let in', async () => {
  const guarded = { ...TUNNEL, connectionId: 'c2', access: { salt: newSalt(), tokens: ['x'] } };
  const { log, options, request } = cloud({ found: [TUNNEL, guarded], posts: ['gone'] });
  await expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code: 'agent_away' });
  expect(log.filter((line) => line.startsWith('post'))).toHaveLength(1);
});

test('a visitor without credentials is refused before a row is put or a message is sent, even if the agent is away', async () => {
  for (const found of [TUNNEL, AWAY]) {
    const access = { salt: newSalt(), tokens: [tokenDigest('token', newSalt())] };
    const { log, pending, options, request } = cloud({ found: [{ ...found, access }] });
    await expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code: 'visitor_unauthorized' });
    expect(log).toEqual(['subscribe', 'unsubscribe']);
    expect(pending.rows.size).toBe(0);
  }
});

test('the message to the agent does not contain the credentials that let the visitor in', async () => {
  const salt = newSalt();
  const access = { salt, tokens: [tokenDigest('token', salt)] };
  const { sent, options, request } = cloud({ found: [{ ...TUNNEL, access }], outcome: OK });
  const headers = { ...request.headers, authorization: ['Bearer token'], 'x-a': ['1'] };
  await forwardRequest('r1', { ...request, headers }, options);
  expect(sent[0]?.headers).toMatchObject({ 'x-a': ['1'] });
  expect(sent[0]?.headers).not.toHaveProperty('authorization');
});

describe("an owner's requests in flight", () => {
  const slow = (count: number) => Array<Arrival>(count).fill({ arrivedAt: new VirtualClock().now() - 5000, weight: 1 });

  test('refuse the next request when they are as many as the limit, and no row is put', async () => {
    const full = cloud({ arrivals: slow(200) });
    await expect(forwardRequest('r1', full.request, full.options)).rejects.toMatchObject({ code: 'tunnel_busy', status: 429 });
    expect([full.pending.rows.size, full.log.filter((line) => line.startsWith('enter'))]).toEqual([0, []]);
    const nearly = cloud({ arrivals: slow(199), outcome: OK });
    await expect(forwardRequest('r1', nearly.request, nearly.options)).resolves.toMatchObject({ status: 200 });
  });

  test('include a slow request while it waits, and no longer after its answer', async () => {
    const { log, clock, pending, options, request } = cloud();
    const forwarding = forwardRequest('r1', request, options);
    await clock.advance(1500);
    expect(log.filter((line) => /enter|leave/.test(line))).toEqual(['enter ann r1']);
    await pending.complete({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', outcome: OK, completedAt: clock.now() });
    await clock.advance(1000);
    await forwarding;
    expect(log.filter((line) => /enter|leave/.test(line))).toEqual(['enter ann r1', 'leave ann r1']);
  });

  test('include a sample before it is sent, and no longer when it fails', async () => {
    const { log, options, request } = cloud({ posts: ['gone'] });
    await expect(forwardRequest(SAMPLE, request, options)).rejects.toMatchObject({ code: 'agent_away' });
    expect(log.findIndex((line) => line.startsWith('enter'))).toBeLessThan(log.findIndex((line) => line.startsWith('post')));
    expect(log).toContain(`leave ann ${SAMPLE}`);
  });
});

test('a post with an uncertain result is not repeated, and its answer is still found', async () => {
  const { log, options, request } = cloud({ posts: ['uncertain'], outcome: OK });
  await expect(forwardRequest('r1', request, options)).resolves.toMatchObject({ status: 200 });
  expect(log.filter((line) => line.startsWith('post'))).toHaveLength(1);
});

test('a post with an uncertain result is repeated once for an agent that drops duplicates', async () => {
  const capable = { ...TUNNEL, capabilities: ['drops-duplicates'] };
  const { log, options, request } = cloud({ found: [capable], posts: ['uncertain', 'sent'], outcome: OK });
  await forwardRequest('r1', request, options);
  await new Promise((resolve) => setImmediate(resolve));
  expect(log.filter((line) => line.startsWith('post'))).toHaveLength(2);
});

test('a repeated post that finds no connection does not end the wait after a post with an uncertain result', async () => {
  const capable = { ...TUNNEL, capabilities: ['drops-duplicates'] };
  const { pending, options, request, clock } = cloud({ found: [capable], posts: ['uncertain', 'gone'] });
  const forwarding = forwardRequest('r1', request, options);
  await clock.advance(500);
  await pending.complete({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', outcome: OK, completedAt: clock.now() });
  await clock.advance(1000);
  await expect(forwarding).resolves.toMatchObject({ status: 200 });
});

describe('a request that does not fit into a message', () => {
  const body = Buffer.alloc(100 * 1024, 'x');
  const capable: Tunnel = { ...TUNNEL, capabilities: ['bodies-by-reference'] };

  test('has its body in the body store, with a URL for the agent, until the answer arrives', async () => {
    const { bodies, clock, sent, options, request } = cloud({ found: [capable], outcome: OK });
    const put = jest.spyOn(bodies, 'put');
    const deadline = clock.now() + 28_000;
    await forwardRequest('r1', { ...request, body }, options);
    const ref = bodyRefOf(body);
    expect(put).toHaveBeenCalledWith('requests/r1', body, ref);
    expect(sent[0]).toMatchObject({ body: '', body_ref: { ...ref, url: `https://bodies.test/requests/r1?until=${deadline}` } });
    expect(bodies.bodies.size).toBe(0);
  });

  test('has its body removed from the body store when no answer arrives', async () => {
    const { bodies, clock, options, request } = cloud({ found: [capable] });
    const refused = expect(forwardRequest('r1', { ...request, body }, options)).rejects.toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(10);
    expect(bodies.bodies.size).toBe(1);
    await clock.advance(28_000);
    await refused;
    expect(bodies.bodies.size).toBe(0);
  });

  test('is refused before anything is put or sent when the agent does not support bodies by reference', async () => {
    const { bodies, pending, log, options, request } = cloud();
    const put = jest.spyOn(bodies, 'put');
    await expect(forwardRequest('r1', { ...request, body }, options)).rejects.toMatchObject({ code: 'request_too_large', status: 413 });
    expect(put).not.toHaveBeenCalled();
    expect(pending.rows.size).toBe(0);
    expect(log).toEqual(['subscribe', 'unsubscribe']);
  });

  test('leaves no row when its body cannot be put into the body store', async () => {
    const { bodies, pending, sent, options, request } = cloud({ found: [capable], outcome: OK });
    jest.spyOn(bodies, 'put').mockRejectedValue(new Error('SlowDown'));
    await expect(forwardRequest('r1', { ...request, body }, options)).rejects.toThrow('SlowDown');
    expect([pending.rows.size, sent.length]).toEqual([0, 0]);
  });
});

describe('an answer whose body is in the body store', () => {
  const body = Buffer.alloc(300_000, 'y');
  const ref = bodyRefOf(body);
  const key = responseBodyKey('r1', ref);
  const stored: RequestOutcome = { kind: 'response', statusCode: 200, headers: {}, body: ref };

  test('is fetched from the body store, and its body is removed there', async () => {
    const { bodies, options, request } = cloud({ outcome: stored });
    bodies.bodies.set(key, body);
    const response = await forwardRequest('r1', request, options);
    expect(Buffer.from(response.body).equals(body)).toBe(true);
    expect(bodies.bodies.size).toBe(0);
  });

  test.each([
    ['is missing', undefined],
    ['has another length', body.subarray(1)],
    ['has other bytes', Buffer.alloc(body.length, 'z')],
  ])('fails with agent_failed when the body in the body store %s', async (_, put) => {
    const { bodies, options, request } = cloud({ outcome: stored });
    if (put) bodies.bodies.set(key, put);
    await expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code: 'agent_failed', status: 502 });
  });
});

test.each([
  ['TRACE', {}, 'method_refused'],
  ['CONNECT', {}, 'method_refused'],
  ['GET', { 'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZQ=='] }, 'websocket_not_supported'],
])('a request that tunnels do not support is refused before any look-up or post: %s %j', async (method, headers: Headers, code) => {
  const { request, options, log } = cloud({ found: [{ ...TUNNEL, capabilities: ['any-method'] }], outcome: OK });
  const asked = { ...request, method, headers: { ...request.headers, ...headers } };
  await expect(forwardRequest('r1', asked, options)).rejects.toMatchObject({ code, status: 501 });
  expect(log).toEqual([]);
});

test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])(
  'a request with the method %s is posted also to an agent that announces no capabilities',
  async (method) => {
    const { request, options } = cloud({ outcome: OK });
    await expect(forwardRequest('r1', { ...request, method }, options)).resolves.toMatchObject({ status: 200 });
  },
);

test('a method that old agents drop silently is refused, unless the agent supports any method', async () => {
  const old = cloud({ outcome: OK });
  await expect(forwardRequest('r1', { ...old.request, method: 'PROPFIND' }, old.options)).rejects.toMatchObject({
    code: 'method_not_supported',
    status: 501,
  });
  const ours = cloud({ found: [{ ...TUNNEL, capabilities: ['any-method'] }], outcome: OK });
  await expect(forwardRequest('r1', { ...ours.request, method: 'PROPFIND' }, ours.options)).resolves.toMatchObject({ status: 200 });
});

test.each([
  ['local_service_unavailable', 'local_service_unavailable', 503],
  ['timeout', 'local_service_timeout', 504],
  ['response_too_large', 'response_too_large', 502],
  ['internal_error', 'agent_failed', 502],
  ['busy', 'tunnel_busy', 429],
] as const)('the agent error %s is returned to the visitor as %s (%i)', async (agentCode, code, status) => {
  const { options, request } = cloud({ outcome: { kind: 'failure', code: agentCode, message: 'secret detail' } });
  await expect(forwardRequest('r1', request, options)).rejects.toMatchObject({ code, status });
});

test('the agent gets path and query unchanged, and the origin of the request in forwarding headers', async () => {
  const { sent, options, request } = cloud({ outcome: OK });
  await forwardRequest('r1', { ...request, headers: { ...request.headers, connection: ['x-secret'], 'x-secret': ['1'] } }, options);
  expect(sent[0]).toMatchObject({
    type: 'http_request',
    request_id: 'r1',
    method: 'GET',
    uri: '/page?a=1&a=2',
    headers: {
      host: ['example.test'],
      via: ['1.1 http-tunnel'],
      'x-forwarded-for': ['192.0.2.7'],
      'x-forwarded-host': ['example.test'],
      'x-forwarded-prefix': ['/demo'],
    },
  });
  expect(sent[0]?.headers).not.toHaveProperty('x-secret');
});

test('a post that hangs does not delay the answer', async () => {
  const { pending, options, request, clock } = cloud();
  const stalled: ForwardOptions = { ...options, agents: { ...options.agents, post: () => new Promise(() => undefined) } };
  const forwarding = forwardRequest('r1', request, stalled);
  await clock.advance(100);
  await pending.complete({ requestId: 'r1', tunnelId: 'demo', owner: 'ann', outcome: OK, completedAt: clock.now() });
  await clock.advance(1000);
  await expect(forwarding).resolves.toMatchObject({ status: 200 });
});

test('the waiter does not stay subscribed when the look-up of the tunnel fails', async () => {
  const { log, options, request } = cloud({ tunnels: alwaysAt(100, () => Promise.reject(new Error('no table'))) });
  await expect(forwardRequest('r1', request, options)).rejects.toThrow('no table');
  expect(log).toEqual(['subscribe', 'unsubscribe']);
});
