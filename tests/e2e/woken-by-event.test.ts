import type { Environment } from '../../environments';
import { AwsError, type Interceptor } from '../../emulator/services';
import { emfLinesIn } from '../support/emf';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { functionOf, startTunnel, tableOf, withTunnel, type CloudUnderTest, type CloudUnderTestOptions } from '../support/tunnel';

/** Longer than any answer takes, so that no safety read finds an answer before its wake. In ms. */
const LONG_MS = 20_000;
/** Short, so that a request that only a safety read can end is soon over. In ms. */
const SOON_MS = 200;

const withSafetyReads =
  (safetyReadMs: number) =>
  (same: Environment): Environment => ({ ...same, timings: { ...same.timings, safetyReadMs } });

/** Counts the waiter's reads of pending rows. The tunnel look-up reads another table and does not count. */
const pendingReads = ({ cloud }: CloudUnderTest): number =>
  cloud.services.calls.count({
    functionName: functionOf(cloud, 'forward-request'),
    operation: 'GetItem',
    table: tableOf(cloud, 'pending-requests'),
  });

/** How the waiters that did not poll have learned of their answers: `direct`, `bus` or `safety-read`. */
const sources = ({ logs }: CloudUnderTest): unknown[] =>
  emfLinesIn(logs).flatMap(({ members }) => (members['WakeLatency'] === undefined ? [] : [members['source']]));

/** Visits several times. Returns for each visit the number of reads, and how the waiter learned of the answer. */
async function visits(tunnel: CloudUnderTest, requests: number): Promise<{ reads: number[]; learnedBy: unknown[] }> {
  const reads: number[] = [];
  const before = sources(tunnel).length;
  for (let i = 0; i < requests; i++) {
    const readsBefore = pendingReads(tunnel);
    expect(await tunnel.visit(`/nonce/${i}`)).toMatchObject({ status: 200, text: String(i) });
    reads.push(pendingReads(tunnel) - readsBefore);
  }
  await eventually(() => expect(sources(tunnel)).toHaveLength(before + requests));
  return { reads, learnedBy: sources(tunnel).slice(before) };
}

test('in mode bus the event wakes the waiter, which reads the pending row once, before the first safety read', () =>
  withTunnel({ mode: 'bus', environment: withSafetyReads(LONG_MS) }, async (tunnel) => {
    const { reads, learnedBy } = await visits(tunnel, 5);
    expect(reads).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(learnedBy)).toEqual(new Set(['bus']));
    await tunnel.noPendingRows();
  }));

describe('in mode direct', () => {
  let tunnel: CloudUnderTest;
  /** The error with which each post of a direct wake is refused. */
  let refusal: AwsError | undefined;
  beforeAll(async () => {
    const refuse: Interceptor = ({ operation, caller, input }, next) => {
      if (!refusal || operation !== 'ManageConnections' || !caller.functionName.endsWith('receive-message')) return next();
      const wakeApi = tunnel.cloud.services.spec.webSocketApis.find(({ address }) => address.endsWith('wake-channel'));
      return input['apiId'] === wakeApi?.apiId ? Promise.reject(refusal) : next();
    };
    tunnel = await startTunnel({ mode: 'direct', intercept: refuse, environment: withSafetyReads(LONG_MS) });
  });
  beforeEach(() => (refusal = undefined));
  afterAll(() => tunnel.close());

  test('the wake carries the answer, and the waiter does not read the pending row', async () => {
    const { reads, learnedBy } = await visits(tunnel, 5);
    // If a direct wake takes longer than 500 ms, the bus is faster, and the waiter reads the row once.
    expect(median(reads)).toBe(0);
    expect(Math.max(...reads)).toBeLessThanOrEqual(1);
    expect(learnedBy).toContain('direct');
    expect(learnedBy).not.toContain('safety-read');
    await tunnel.noPendingRows();
  });

  test('the wake carries the place of an answer that is too large for the row, and the waiter does not read the row', async () => {
    const { calls } = tunnel.cloud.services;
    const counts = () => [
      pendingReads(tunnel),
      calls.count({ service: 's3', operation: 'PutObject' }),
      calls.count({ service: 's3', operation: 'GetObject' }),
    ];
    const [reads = 0, puts = 0, gets = 0] = counts();
    expect((await tunnel.visit('/big/60000')).body).toHaveLength(60_000);
    expect(counts()).toEqual([reads, puts + 1, gets + 1]);
  });

  test.each([
    ['the connection is gone', new AwsError(410, 'GoneException', 'Gone')],
    ['the API throttles it', new AwsError(429, 'LimitExceededException', 'Limit exceeded')],
  ])('the bus wakes the waiter before the first safety read when the direct wake fails because %s', async (_, answer) => {
    refusal = answer;
    const { reads, learnedBy } = await visits(tunnel, 3);
    expect(reads).toEqual([1, 1, 1]);
    expect(learnedBy).toEqual(['bus', 'bus', 'bus']);
    expect(tunnel.logs.some(({ text }) => text.includes('"WakeFailed":1'))).toBe(true);
  });
});

test('in mode polling the waiter reads the pending row until the answer is there', () =>
  withTunnel({ mode: 'polling' }, async (tunnel) => {
    let before = 0;
    const agent = await MinimalAgent.connect(tunnel.agentEndpoint, await tunnel.token(), async ({ request_id }, self) => {
      await eventually(() => expect(pendingReads(tunnel) - before).toBeGreaterThanOrEqual(3));
      self.answer(request_id, 'after three reads');
    });
    before = pendingReads(tunnel);
    expect(await tunnel.visit('/', {}, agent.tunnel.tunnel_id)).toMatchObject({ status: 200, text: 'after three reads' });
    agent.vanish();
  }));

/** Parts of the answer path, and the change of the stack that removes each part. */
const PARTS: [string, NonNullable<CloudUnderTestOptions['stack']>][] = [
  ["the rule's target", (resources) => void delete resources['aws_cloudwatch_event_target']?.['response-bus-target']],
  ['the event source mapping', (resources) => void delete resources['aws_lambda_event_source_mapping']?.['response-stream-mapping']],
  [
    'the stream',
    (resources) => {
      delete resources['aws_lambda_event_source_mapping']?.['response-stream-mapping'];
      const table = resources['aws_dynamodb_table']?.['pending-requests'] as Record<string, unknown>;
      delete table['stream_enabled'];
      delete table['stream_view_type'];
    },
  ],
];

// Each case needs its own cloud, because each case has another stack.
test.each(PARTS)('without %s nothing wakes the waiter, and a safety read finds the answer', (_, stack) =>
  withTunnel({ mode: 'bus', stack, environment: withSafetyReads(SOON_MS) }, async (tunnel) => {
    const { learnedBy } = await visits(tunnel, 2);
    expect(learnedBy).toEqual(['safety-read', 'safety-read']);
    await tunnel.noPendingRows();
  }),
);

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
