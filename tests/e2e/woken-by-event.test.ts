import { AwsError, type Interceptor } from '../../local/services';
import { functionOf, tableOf, withTunnel, type CloudUnderTest, type CloudUnderTestOptions } from '../support/tunnel';

/** Reads of pending rows by the waiter: the tunnel look-up is another table's. */
const pendingReads = ({ cloud }: CloudUnderTest): number =>
  cloud.services.calls.count({
    functionName: functionOf(cloud, 'forward-request'),
    operation: 'GetItem',
    table: tableOf(cloud, 'pending-requests'),
  });

/** Visits often enough to warm everything up, then counts the reads of the requests after that. */
async function readsPerRequest(tunnel: CloudUnderTest, requests: number): Promise<{ reads: number[]; ms: number[] }> {
  for (let i = 0; i < 3; i++) await tunnel.visit('/nonce/warm-up');
  const reads: number[] = [];
  const ms: number[] = [];
  for (let i = 0; i < requests; i++) {
    const before = pendingReads(tunnel);
    const reply = await tunnel.visit(`/nonce/${i}`);
    expect(reply).toMatchObject({ status: 200, text: String(i) });
    reads.push(pendingReads(tunnel) - before);
    ms.push(reply.ms);
  }
  return { reads, ms };
}

test('in mode bus the waiter is woken by the event: it reads the pending row once, before the first safety read', () =>
  withTunnel({ mode: 'bus' }, async (tunnel) => {
    const { reads, ms } = await readsPerRequest(tunnel, 10);
    expect(Math.max(...reads)).toBeLessThanOrEqual(1);
    expect(median(ms)).toBeLessThan(900);
    await tunnel.noPendingRows();
  }));

test('in mode direct the answer comes with the wake: the waiter reads the pending row not at all', () =>
  withTunnel({ mode: 'direct' }, async (tunnel) => {
    const { reads, ms } = await readsPerRequest(tunnel, 10);
    expect(median(reads)).toBe(0);
    expect(Math.max(...reads)).toBeLessThanOrEqual(1);
    expect(median(ms)).toBeLessThan(900);
    await tunnel.noPendingRows();
  }));

test('in mode direct the place of an answer that is too large for the row comes with the wake: the row is not read', () =>
  withTunnel({ mode: 'direct' }, async (tunnel) => {
    await tunnel.visit('/nonce/warm-up');
    const before = pendingReads(tunnel);
    expect((await tunnel.visit('/big/60000')).body).toHaveLength(60_000);
    expect(pendingReads(tunnel) - before).toBe(0);
    const { calls } = tunnel.cloud.services;
    expect(calls.count({ service: 's3', operation: 'PutObject' })).toBe(1);
    expect(calls.count({ service: 's3', operation: 'GetObject' })).toBe(1);
  }));

test.each([
  ['gone', new AwsError(410, 'GoneException', 'Gone')],
  ['throttled', new AwsError(429, 'LimitExceededException', 'Limit exceeded')],
])('a direct wake that is %s goes by the bus, before the first safety read', async (_, refusal) => {
  const refuse: Interceptor = ({ operation, caller, input }, next) =>
    operation === 'ManageConnections' && caller.functionName.endsWith('receive-message') && input['apiId'] === wakeApi
      ? Promise.reject(refusal)
      : next();
  let wakeApi = '';
  await withTunnel({ mode: 'direct', intercept: refuse }, async (tunnel) => {
    const { webSocketApis } = tunnel.cloud.services.spec;
    wakeApi = webSocketApis.find(({ address }) => address.endsWith('wake-channel'))?.apiId ?? '';
    const { reads, ms } = await readsPerRequest(tunnel, 5);
    expect(Math.max(...reads)).toBeLessThanOrEqual(1);
    expect(median(ms)).toBeLessThan(900);
    expect(tunnel.logs.some(({ text }) => text.includes('"WakeFailed":1'))).toBe(true);
  });
});

test('in mode polling it reads until the answer is there', () =>
  withTunnel({ mode: 'polling' }, async (tunnel) => {
    await tunnel.visit('/nonce/warm-up');
    const before = pendingReads(tunnel);
    await tunnel.visit('/delay/400');
    expect(pendingReads(tunnel) - before).toBeGreaterThanOrEqual(3);
  }));

/** Parts of the answer path, and how somebody would take them out of `modules/`. */
const PARTS: [string, NonNullable<CloudUnderTestOptions['stack']>][] = [
  ["the rule's target", (resources) => void delete resources['aws_cloudwatch_event_target']?.['response-bus-target']],
  ['the mapping', (resources) => void delete resources['aws_lambda_event_source_mapping']?.['response-stream-mapping']],
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

test.each(PARTS)('without %s nobody wakes the waiter, and a safety read still finds the answer', (_, stack) =>
  withTunnel({ mode: 'bus', stack }, async (tunnel) => {
    const { ms } = await readsPerRequest(tunnel, 2);
    // Not before the first safety read, a second after the waiting began.
    expect(Math.min(...ms)).toBeGreaterThan(900);
    await tunnel.noPendingRows();
  }),
);

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
