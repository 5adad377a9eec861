import type { AgentOptions } from '../../../agent';
import type { RequestSummary } from '../../../agent/request-summary';
import { AgentFixture } from '../../support/agent-fixture';
import { FakeBucket } from '../../support/agent-fake-bucket';
import { requestMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer, type LocalServer } from '../../support/agent-local-server';
import { eventually } from '../../support/eventually';

const MINUTES = 60_000;
const HOURS = 60 * MINUTES;
const LIFE_MS = 28_000;

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
let local: LocalServer;
/** The paths that the local service was asked for. */
let asked: string[];
/** What the cloud's clock and the agent's two clocks have advanced beyond real time, in ms. */
let cloudAhead: number;
let wallAhead: number;
let monotonicAhead: number;
beforeEach(async () => {
  cloudAhead = 0;
  wallAhead = 0;
  monotonicAhead = 0;
  asked = [];
  gateway = await fixture.gateway();
  gateway.now = () => Date.now() + cloudAhead;
  local = fixture.keep(
    await startLocalServer((request, reply) => {
      asked.push(request.url ?? '');
      reply.end('ok');
    }),
  );
});

/** The machine sleeps as on Linux: the monotonic clock stands still. */
function sleep(ms: number): void {
  cloudAhead += ms;
  wallAhead += ms;
}

async function connected(options: Partial<AgentOptions> = {}): Promise<RequestSummary[]> {
  const summaries: RequestSummary[] = [];
  const agent = await fixture.connected(gateway, local.port, {
    now: () => Date.now() + wallAhead,
    monotonic: () => performance.now() + monotonicAhead,
    ...options,
  });
  agent.on('request', (summary) => summaries.push(summary));
  return summaries;
}

/** A request that the visitor sent `ageMs` ago by the cloud's clock. */
function sentAgo(ageMs: number, uri = '/', lifeMs = LIFE_MS) {
  const timestamp = Date.now() + cloudAhead - ageMs;
  return requestMessage({ method: 'POST', uri, timestamp, deadline: timestamp + lifeMs });
}

const pings = (): number => gateway.connections.flatMap(({ received }) => received).filter(({ type }) => type === 'ping').length;

describe('a request that comes after its deadline', () => {
  it('is answered with expired and does not reach the local service when the machine has slept', async () => {
    const summaries = await connected();
    sleep(8 * MINUTES);
    const request = sentAgo(8 * MINUTES, '/charge-card?n=1');
    const answer = await gateway.newest.request(request);
    expect(answer).toMatchObject({
      type: 'error',
      code: 'expired',
      ack: true,
      message: expect.stringMatching(/^the request came 452(\.\d+)? s after its deadline, so the local service was not asked$/) as string,
    });
    expect(asked).toEqual([]);
    expect(summaries).toEqual([
      { method: 'POST', path: '/charge-card', ms: 0, bytes: 0, error: 'expired', tooOldByMs: expect.any(Number) as number },
    ]);
    expect(summaries[0]?.tooOldByMs).toBeGreaterThanOrEqual(452_000);
  });

  it.each([
    ['on a system whose monotonic clock goes on during a sleep', () => (monotonicAhead += 8 * MINUTES)],
    ['when the wall clock is set back after a sleep', () => (wallAhead -= 3 * HOURS)],
  ])('is recognised %s', async (_, also) => {
    await connected();
    sleep(8 * MINUTES);
    also();
    expect(await gateway.newest.request(sentAgo(8 * MINUTES))).toMatchObject({ code: 'expired' });
    expect(asked).toEqual([]);
  });

  it('is recognised on the first connection, even if connection_established has waited as long as the request', async () => {
    gateway.establishes = false;
    const summaries: RequestSummary[] = [];
    const agent = fixture.agent(gateway, local.port, {
      now: () => Date.now() + wallAhead,
      monotonic: () => performance.now() + monotonicAhead,
    });
    agent.on('request', (summary) => summaries.push(summary));
    const started = agent.start();
    await eventually(() => gateway.readies.length === 1);
    const request = sentAgo(0);
    const before = gateway.now?.() ?? 0;
    sleep(8 * MINUTES);
    gateway.now = () => before;
    gateway.newest.establish();
    gateway.now = () => Date.now() + cloudAhead;
    gateway.newest.send(request);
    await started;
    await eventually(() => summaries.length === 1);
    expect(summaries).toMatchObject([{ error: 'expired' }]);
    expect(asked).toEqual([]);
  });

  it('is recognised by its life when the cloud does not answer', async () => {
    await connected();
    sleep(8 * MINUTES);
    gateway.answersPings = false;
    expect(await gateway.newest.request(sentAgo(0, '/', 300))).toMatchObject({ code: 'expired' });
    expect(asked).toEqual([]);
  });

  it('is recognised although the answer to an earlier question comes late', async () => {
    gateway.answersPings = false;
    await connected({ timing: { pingIntervalMs: 40 } });
    const pingIds = () => gateway.newest.received.flatMap((message) => (message.type === 'ping' ? [message.id] : []));
    await eventually(() => pingIds().length === 1);
    const earlier = { type: 'pong', id: pingIds()[0], time: Date.now() } as const;
    sleep(8 * MINUTES);
    const answer = gateway.newest.request(sentAgo(8 * MINUTES));
    await eventually(() => pingIds().length === 2);
    gateway.newest.send(earlier);
    gateway.newest.send({ type: 'pong', id: pingIds()[1], time: Date.now() + cloudAhead });
    expect(await answer).toMatchObject({ code: 'expired' });
  });

  it('is refused and reported once when it is delivered three times', async () => {
    const summaries = await connected();
    sleep(8 * MINUTES);
    const request = sentAgo(8 * MINUTES);
    for (let i = 0; i < 3; i += 1) gateway.newest.send(request);
    await gateway.newest.request(sentAgo(0, '/live'));
    expect(gateway.answersTo(request.request_id)).toMatchObject([{ code: 'expired' }]);
    expect(summaries.filter(({ error }) => error === 'expired')).toHaveLength(1);
  });

  it('takes no place of a request in time, although the limit of requests in flight is one', async () => {
    await connected({ maxInFlight: 1 });
    sleep(8 * MINUTES);
    const old = Array.from({ length: 5 }, () => gateway.newest.request(sentAgo(8 * MINUTES)));
    const live = gateway.newest.request(sentAgo(0, '/live'));
    for (const answer of await Promise.all(old)) expect(answer).toMatchObject({ code: 'expired' });
    expect(await live).toMatchObject({ type: 'http_response' });
    expect(asked).toEqual(['/live']);
  });

  it('does not reach the local service when the machine slept while the body of the request was fetched', async () => {
    const bucket = fixture.keep(await FakeBucket.start());
    const summaries = await connected();
    const ref = bucket.holding(Buffer.from('body'));
    bucket.faults = [503, 503, 503];
    const answer = gateway.newest.request({ ...sentAgo(0), body_ref: ref });
    await eventually(() => bucket.seen.length > 0);
    sleep(8 * MINUTES);
    expect(await answer).toMatchObject({ code: 'expired' });
    expect(asked).toEqual([]);
    expect(summaries).toMatchObject([{ error: 'expired', tooOldByMs: expect.any(Number) as number }]);
  });
});

describe('a request in time', () => {
  it('is forwarded without a question to the cloud while the clocks go on evenly, however wrong the wall clock is', async () => {
    wallAhead = -5 * HOURS;
    await connected();
    expect(await gateway.newest.request(sentAgo(20_000))).toMatchObject({ type: 'http_response' });
    expect(pings()).toBe(0);
  });

  it.each([
    ['set ahead', 2 * HOURS],
    ['set back', -2 * HOURS],
  ])('is forwarded after the cloud was asked for its time once, when the wall clock was %s', async (_, ms) => {
    await connected();
    wallAhead += ms;
    expect(await gateway.newest.request(sentAgo(20_000))).toMatchObject({ type: 'http_response' });
    expect(await gateway.newest.request(sentAgo(20_000))).toMatchObject({ type: 'http_response' });
    expect(pings()).toBe(1);
  });

  it('is forwarded after a sleep', async () => {
    await connected();
    sleep(8 * MINUTES);
    expect(await gateway.newest.request(sentAgo(0))).toMatchObject({ type: 'http_response' });
  });

  it('is forwarded when an older cloud does not tell its time', async () => {
    delete gateway.now;
    await connected();
    sleep(8 * MINUTES);
    expect(await gateway.newest.request(sentAgo(0))).toMatchObject({ type: 'http_response' });
    expect(pings()).toBe(0);
  });

  it('is answered when the agent stops while the time of the cloud is awaited', async () => {
    const agent = fixture.agent(gateway, local.port, { now: () => Date.now() + wallAhead });
    await agent.start();
    sleep(8 * MINUTES);
    gateway.answersPings = false;
    const answer = gateway.newest.request(sentAgo(0));
    await eventually(() => pings() === 1);
    await agent.stop({ graceMs: 50 });
    expect(await answer).toMatchObject({ code: 'internal_error', message: expect.stringContaining('stopped') as string });
    expect(asked).toEqual([]);
  });
});

describe('an answer that the cloud asks for', () => {
  const answers = () => gateway.answers.filter(({ type }) => type === 'http_response');

  it.each([
    ['forward', HOURS],
    ['back', -HOURS],
  ])('is still kept when the wall clock was set %s by an hour before the answer', async (_, ms) => {
    local = fixture.keep(
      await startLocalServer((_request, reply) => {
        wallAhead += ms;
        reply.end('ok');
      }),
    );
    await connected();
    gateway.acknowledges = false;
    const request = { ...sentAgo(0), ticket: 'sealed' };
    expect(await gateway.newest.request(request)).toMatchObject({ type: 'http_response', ticket: 'sealed' });
    gateway.newest.send({ type: 'answer_wanted', request_id: request.request_id });
    await eventually(() => answers().length === 2);
    expect(answers()[1]).toMatchObject({ request_id: request.request_id, ticket: 'sealed', again: true });
  });
});
