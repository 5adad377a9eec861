import { AWS_LATENCY } from '../../../emulator/latency/aws-latency';
import type { Segment, Subsegment } from '../../../emulator/xray/segment';
import { profileOf, profileText } from '../../../probe/figures/profile';
import { samplesIn, type Observed } from '../../../probe/figures/samples';

/** Times in ms; the segments have seconds. */
const part = (name: string, at: number, ms: number, more: Partial<Subsegment> = {}): Subsegment => ({
  id: `${name}-${at}-${ms}`,
  name,
  start_time: at / 1000,
  end_time: (at + ms) / 1000,
  ...more,
});
const call = (name: string, operation: string, at: number, ms: number, more: Partial<Subsegment> = {}): Subsegment =>
  part(name, at, ms, { namespace: 'aws', aws: { operation, table_name: 'http-tunnel-dev-pending-requests' }, ...more });

let invocations = 0;
interface Ran {
  readonly requestId?: string;
  readonly initMs?: number;
  /** From Lambda's segment to the function's. */
  readonly placedMs?: number;
  readonly calls?: readonly Subsegment[];
}

/** The two segments of an invocation that begins at `at` and whose handler runs for 100 ms. */
function invocation(name: string, at: number, { requestId = '', initMs, placedMs = 0, calls = [] }: Ran, environment = 'dev'): Segment[] {
  const id = `i${++invocations}`;
  const common = { trace_id: '1-5f84c7a1-000000000000000000000001', name: `http-tunnel-${environment}-${name}` };
  const startedAt = at + placedMs + (initMs ?? 0);
  return [
    { ...common, id: `${id}-service`, origin: 'AWS::Lambda', start_time: at / 1000, end_time: (startedAt + 110) / 1000 },
    {
      ...common,
      id: `${id}-function`,
      parent_id: `${id}-service`,
      origin: 'AWS::Lambda::Function',
      start_time: (at + placedMs) / 1000,
      end_time: (startedAt + 110) / 1000,
      subsegments: [
        ...(initMs === undefined ? [] : [part('Initialization', at + placedMs, initMs)]),
        part('Invocation', startedAt, 100, {
          id: `${id}-invocation`,
          subsegments: [part('## handler', startedAt, 99, { id: `${id}-handler`, annotations: { requestId }, subsegments: calls })],
        }),
      ],
    },
  ];
}

const observed = (segments: readonly Segment[], more: Partial<Observed> = {}): Observed => ({
  environment: 'dev',
  wakeHello: 'mock',
  segments,
  large: new Set(),
  direct: [],
  roundTripMs: 0,
  ...more,
});
const samples = (...args: Parameters<typeof observed>) => samplesIn(observed(...args));
const rounded = (values: readonly number[] | undefined) => values?.map((ms) => Math.round(ms * 1000) / 1000);

describe('the samples in the traces of an environment', () => {
  test('have the duration of each call, by the operation of the profile', () => {
    const calls = [
      call('DynamoDB', 'GetItem', 1000, 4),
      call('DynamoDB', 'PutItem', 1010, 6),
      call('ApiGatewayManagementApi', 'PostToConnection', 1020, 16),
      call('EventBridge', 'PutEvents', 1040, 9),
      call('S3', 'GetObject', 1050, 30),
      call('S3', 'PutObject', 1060, 31),
    ];
    const found = samples(invocation('forward-request', 1000, { calls }));
    expect(Object.fromEntries(Object.entries(found).map(([name, values]) => [name, rounded(values)]))).toEqual({
      'DynamoDB read': [4],
      'DynamoDB write': [6],
      PostToConnection: [16],
      PutEvents: [9],
      'S3 read': [30],
      'S3 write': [31],
    });
  });

  test('leave out calls that failed, calls that outlived their invocation, deleted connections, and other environments', () => {
    const calls = [
      call('DynamoDB', 'GetItem', 1000, 4, { throttle: true }),
      call('DynamoDB', 'GetItem', 1000, 30_000),
      call('ApiGatewayManagementApi', 'DeleteConnection', 1000, 4),
    ];
    const other = invocation('forward-request', 1000, { calls: [call('DynamoDB', 'GetItem', 1000, 5)] }, 'prod');
    expect(samples([...invocation('forward-request', 1000, { calls }), ...other])).toEqual({});
  });

  test('leave out calls of new environments, which also open connections, and have how long placing such an environment took', () => {
    const calls = [call('DynamoDB', 'GetItem', 1400, 40)];
    const found = samples(invocation('authorize-agent', 1000, { initMs: 200, placedMs: 150, calls }));
    expect(found['DynamoDB read']).toBeUndefined();
    expect(rounded(found['cold start'])).toEqual([150]);
  });

  test('have what 1 MB adds to a write, as the difference to small writes', () => {
    const put = (ms: number, requestId: string) =>
      invocation('forward-request', 0, { requestId, calls: [call('S3', 'PutObject', 10, ms)] });
    const found = samples([...put(40, 'a'), ...put(42, 'b'), ...put(85, 'large')], { large: new Set(['large']) });
    expect(rounded(found['S3 transfer of 1 MB'])).toEqual([11]);
    expect(rounded(found['S3 write'])).toEqual([40, 42]);
  });

  test('follow an answer by its request id: from the update to the stream, and from PutEvents to the target', () => {
    const found = samples([
      ...invocation('receive-message', 1000, { requestId: 'a', calls: [call('DynamoDB', 'UpdateItem', 1010, 10)] }),
      ...invocation('process-stream', 1200, { requestId: 'a', calls: [call('EventBridge', 'PutEvents', 1210, 8)] }),
      ...invocation('wake-waiter', 1274, { requestId: 'a' }),
      ...invocation('wake-waiter', 1300, { requestId: 'of another request' }),
    ]);
    expect(rounded(found['stream read'])).toEqual([185]);
    expect(rounded(found['bus to target'])).toEqual([60]);
  });

  test("have the gateway's time: a visitor's wait less the function's run and the round trip", () => {
    const direct = [
      { requestId: 'a', ms: 130 },
      { requestId: 'not sampled', ms: 500 },
    ];
    const found = samples(invocation('forward-request', 1000, { requestId: 'a' }), { direct, roundTripMs: 12 });
    expect(rounded(found['gateway to function'])).toEqual([18]);
  });

  test('have the spans of wake sockets, also in new environments', () => {
    const calls = [part('wake connect', 1210, 61), part('wake hello', 1271, 14), part('wake hello', 1271, 9, { fault: true })];
    const found = samples(invocation('forward-request', 1000, { initMs: 200, calls }));
    expect([rounded(found['WebSocket connect']), rounded(found['MOCK route'])]).toEqual([[61], [14]]);
  });

  test('leave out hellos that a function answers, because no MOCK route does', () => {
    const calls = [part('wake connect', 1010, 61), part('wake hello', 1071, 14)];
    expect(Object.keys(samples(invocation('forward-request', 1000, { calls }), { wakeHello: 'function' }))).toEqual(['WebSocket connect']);
  });
});

describe('the profile that is made of samples', () => {
  const made = (of: Parameters<typeof profileOf>[0]) => profileOf(of, { environment: 'dev', at: new Date('2026-12-01T10:00:00Z') });

  test('keeps the built-in figure, with its own basis, where nothing was measured', () => {
    expect(made({})).toEqual(AWS_LATENCY);
  });

  test('has the median and the slowest of enough samples, and says so', () => {
    const values = Array.from({ length: 40 }, (_, i) => i + 1);
    expect(made({ PutEvents: values }).PutEvents).toEqual({
      medianMs: 20.5,
      p99Ms: 40,
      basis: 'measured',
      source: expect.stringMatching(/^npm run probe of dev on 2026-12-01, 40 samples: spans of the calls.*; p99 is the slowest sample$/),
    });
    expect(made({ PutEvents: Array.from({ length: 200 }, (_, i) => i + 1) }).PutEvents).toMatchObject({ medianMs: 100.5, p99Ms: 198 });
  });

  test('takes the tail of the built-in profile where few samples say nothing about it', () => {
    expect(made({ PutEvents: [16, 15, 17] }).PutEvents).toMatchObject({ medianMs: 16, p99Ms: 60, basis: 'measured' });
    expect(made({ PutEvents: [16] }).PutEvents.source).toContain('1 sample: ');
  });

  test('has what 1 MB adds to a write only when the samples can tell it from chance', () => {
    const transfer = (...values: number[]) => made({ 'S3 transfer of 1 MB': values })['S3 transfer of 1 MB'];
    expect(transfer(12, 14)).toEqual(AWS_LATENCY['S3 transfer of 1 MB']);
    expect(transfer(-8, 40, 3, 1)).toEqual(AWS_LATENCY['S3 transfer of 1 MB']);
    expect(transfer(10, 14, 12)).toMatchObject({ medianMs: 12, basis: 'measured' });
  });

  test('keeps the built-in figure where most differences of two times are below 0', () => {
    expect(made({ 'gateway to function': [-3, -2, 1] })['gateway to function']).toEqual(AWS_LATENCY['gateway to function']);
  });

  test('has what a stream adds to the wait for a read only when the samples can tell it from chance', () => {
    const spread = (count: number, added: number) => Array.from({ length: count }, (_, i) => added + (250 * (i + 0.5)) / count);
    expect(made({ 'stream read': spread(20, 40) })['stream read']).toEqual(AWS_LATENCY['stream read']);
    expect(made({ 'stream read': spread(40, 5) })['stream read'].basis).toBe('assumed');
    const { medianMs, p99Ms, basis } = made({ 'stream read': spread(400, 40) })['stream read'];
    expect(basis).toBe('measured');
    // The mean that is added is 40 ms; the median of such a log-normal is a tenth below it.
    expect(medianMs).toBeGreaterThan(34);
    expect(medianMs).toBeLessThan(38);
    expect(p99Ms / medianMs).toBeCloseTo(3, 1);
  });
});

test('a profile of an environment on AWS says that functions have their share of a core, and one of the local cloud does not', () => {
  const written = (environment: string): object => JSON.parse(profileText({ environment, figures: AWS_LATENCY })) as object;
  expect(written('dev')).toEqual({ cpuShare: true, ...AWS_LATENCY });
  expect(written('local')).toEqual(AWS_LATENCY);
});
