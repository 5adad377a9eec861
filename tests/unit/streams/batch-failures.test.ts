import { AWS_LIMITS } from '../../../emulator/limits';
import type { InvokeResult } from '../../../emulator/services';
import { EventSourceMapping } from '../../../emulator/streams/event-source-mapping';
import type { MappingSpec } from '../../../emulator/specs';
import { FakeInvoker, FakeQueues, FakeStream, FUNCTION_ARN, keysOf, mapping, QUEUE_ARN, STREAM_ARN } from '../../support/events-fixture';
import { VirtualClock } from '../../support/virtual-clock';

const OK: InvokeResult = { kind: 'ok', payload: null };
const ERROR: InvokeResult = { kind: 'error', errorType: 'Error', errorMessage: 'no' };
const THROTTLED: InvokeResult = {
  kind: 'throttled',
  reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
};

let clock: VirtualClock;
let stream: FakeStream;
let invoker: FakeInvoker;
let queues: FakeQueues;
let warnings: string[];
let esm: EventSourceMapping;

beforeEach(() => {
  clock = new VirtualClock(Date.UTC(2026, 9, 26, 12, 0, 0, 500));
  stream = new FakeStream();
  invoker = new FakeInvoker();
  queues = new FakeQueues();
  warnings = [];
});
afterEach(() => esm?.close());

/** Runs a mapping over records `a`, `b`, `c` … for `forMs`, until nothing happens any more. */
async function run(keys: string, spec: Partial<MappingSpec>, forMs = 30_000): Promise<void> {
  esm = new EventSourceMapping({
    mapping: mapping(spec),
    source: stream,
    invoker,
    queues,
    limits: AWS_LIMITS.stream,
    clock,
    random: () => 1,
    log: { warn: (message) => warnings.push(message) },
  });
  for (const key of keys) stream.add(key, clock.now());
  esm.start();
  await clock.advance(forMs);
}
const batches = (): string[] => invoker.invocations.map(({ payload }) => keysOf(payload).join(''));
/** An answer that fails whenever one of the keys is in the batch. */
const poisonedBy =
  (poison: string) =>
  (payload: unknown): InvokeResult =>
    keysOf(payload).some((key) => poison.includes(key)) ? ERROR : OK;
/** An answer that reports the records with these keys as failed, in the form of `ReportBatchItemFailures`. */
const reporting =
  (failing: string) =>
  (payload: unknown): InvokeResult => ({
    kind: 'ok',
    payload: {
      batchItemFailures: keysOf(payload)
        .filter((key) => failing.includes(key))
        .map((key) => ({
          itemIdentifier: String(stream.records.findIndex(({ record }) => keysOf({ Records: [record] })[0] === key) + 1).padStart(6, '0'),
        })),
    },
  });
const sent = (index = 0): Record<string, Record<string, unknown>> => queues.sent[index]?.body as Record<string, Record<string, unknown>>;

describe('a batch that fails', () => {
  test('is retried as a whole until it succeeds, and later records wait', async () => {
    let failures = 2;
    invoker.answer = () => (failures-- > 0 ? ERROR : OK);
    await run('abc', { batchSize: 2 });
    expect(batches()).toEqual(['ab', 'ab', 'ab', 'c']);
    expect(queues.sent).toEqual([]);
    expect(esm.stats().batches).toEqual({ succeeded: 2, 'partly-failed': 0, failed: 2, throttled: 0 });
  });

  test('is given up after the last retry and reported to the destination, and the stream continues', async () => {
    invoker.answer = poisonedBy('a');
    await run('abc', { batchSize: 2, maxRetries: 2 });
    expect(batches()).toEqual(['ab', 'ab', 'ab', 'c']);
    expect(queues.sent).toEqual([
      {
        queueArn: QUEUE_ARN,
        sender: { functionArn: FUNCTION_ARN },
        attributes: {},
        body: {
          requestContext: {
            requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
            functionArn: FUNCTION_ARN,
            condition: 'RetryAttemptsExhausted',
            approximateInvokeCount: 3,
          },
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          version: '1.0',
          timestamp: expect.stringMatching(/^2026-10-26T12:00:0\d\.\d{3}Z$/) as string,
          DDBStreamBatchInfo: {
            shardId: expect.stringMatching(/^shardId-\d{20}-\w{8}$/) as string,
            startSequenceNumber: '000001',
            endSequenceNumber: '000002',
            approximateArrivalOfFirstRecord: '2026-10-26T12:00:00Z',
            approximateArrivalOfLastRecord: '2026-10-26T12:00:00Z',
            batchSize: 2,
            streamArn: STREAM_ARN,
          },
        },
      },
    ]);
    expect(esm.stats().discarded).toBe(2);
  });

  test('is not retried if maxRetries is 0', async () => {
    invoker.answer = poisonedBy('a');
    await run('a', { maxRetries: 0 });
    expect(batches()).toEqual(['a']);
    expect(sent()['requestContext']).toMatchObject({ approximateInvokeCount: 1 });
  });

  test('is retried without end if retries and record age have no limit, with pauses of at most four seconds', async () => {
    invoker.answer = poisonedBy('a');
    await run('a', { maxRetries: -1, maxRecordAgeMs: -1 }, 61 * 60_000);
    expect(batches().length).toBeGreaterThan(900);
    expect(batches().length).toBeLessThan(930);
    expect(queues.sent).toEqual([]);
  });

  test('is given up when its records exceed the maximum age', async () => {
    invoker.answer = poisonedBy('a');
    await run('a', { maxRetries: -1, maxRecordAgeMs: 3000 });
    expect(sent()['requestContext']).toMatchObject({ condition: 'RecordAgeExceeded' });
    expect(sent()['requestContext']?.['approximateInvokeCount']).toBe(batches().length);
    expect(clock.now() - Date.UTC(2026, 9, 26, 12, 0, 0, 500)).toBe(30_000);
  });

  test.each([
    ['and has no destination', { onFailureArn: undefined }, 'the mapping has no on-failure destination'],
    ['and whose destination refuses the message', {}, `the destination ${QUEUE_ARN} refused the records: the queue is gone`],
  ])('%s is given up with a warning for its records', async (_what, spec, reason) => {
    queues.refuse = true;
    invoker.answer = poisonedBy('a');
    await run('ab', { ...spec, maxRetries: 0, batchSize: 1 });
    expect(batches()).toEqual(['a', 'b']);
    expect(warnings).toEqual([`aws_lambda_event_source_mapping.responses: 1 records are given up (RetryAttemptsExhausted): ${reason}`]);
  });
});

describe('a batch of stream records', () => {
  test('that is throttled is run again and does not use up its retries', async () => {
    const answers = [THROTTLED, THROTTLED, THROTTLED, ERROR, THROTTLED, OK];
    invoker.answer = () => answers.shift() ?? OK;
    await run('a', { maxRetries: 1 });
    expect(batches()).toHaveLength(6);
    expect(queues.sent).toEqual([]);
    expect(esm.stats().batches).toMatchObject({ succeeded: 1, throttled: 4, failed: 1 });
  });

  test('that is throttled until its records are too old is given up without a response context', async () => {
    invoker.answer = () => THROTTLED;
    await run('a', { maxRetries: 0, maxRecordAgeMs: 3000 });
    expect(sent()['requestContext']).toMatchObject({
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: 0,
    });
    expect(sent()).not.toHaveProperty('responseContext');
  });

  test('whose function cannot be invoked is run again, with a warning', async () => {
    let refusals = 1;
    invoker.answer = () => {
      if (refusals-- > 0) throw new Error('Function not found');
      return OK;
    };
    await run('a', {});
    expect(batches()).toEqual(['a', 'a']);
    expect(warnings).toEqual([expect.stringContaining(`${FUNCTION_ARN} cannot be invoked: Function not found`)]);
  });

  test('whose first record is too old runs without this record, which is sent to the destination', async () => {
    stream.add('o', clock.now() - 70_000);
    await run('ab', {});
    expect(batches()).toEqual(['ab']);
    expect(sent()['DDBStreamBatchInfo']).toMatchObject({ startSequenceNumber: '000001', batchSize: 1 });
  });
});

describe('bisecting', () => {
  test('isolates the record that fails, does not use up its retries, and keeps the order', async () => {
    invoker.answer = poisonedBy('f');
    await run('abcdefgh', { bisectOnError: true, maxRetries: 2 });
    expect(batches()).toEqual(['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'f', 'f', 'gh']);
    expect(queues.sent).toHaveLength(1);
    expect(sent()['DDBStreamBatchInfo']).toMatchObject({
      startSequenceNumber: '000006',
      endSequenceNumber: '000006',
      batchSize: 1,
    });
  });

  test('does not split a throttled batch', async () => {
    let throttles = 1;
    invoker.answer = () => (throttles-- > 0 ? THROTTLED : OK);
    await run('ab', { bisectOnError: true });
    expect(batches()).toEqual(['ab', 'ab']);
  });
});

describe('ReportBatchItemFailures', () => {
  test('retries from the first record that failed', async () => {
    let failures = 1;
    invoker.answer = (payload) => (failures-- > 0 ? reporting('dc')(payload) : OK);
    await run('abcde', { reportsItemFailures: true });
    expect(batches()).toEqual(['abcde', 'cde']);
    expect(queues.sent).toEqual([]);
    expect(esm.stats().batches).toMatchObject({ succeeded: 1, 'partly-failed': 1 });
  });

  test('gives up the remaining records after the last retry, and reports no function error', async () => {
    invoker.answer = reporting('c');
    await run('abcd', { reportsItemFailures: true, maxRetries: 1 });
    expect(batches()).toEqual(['abcd', 'cd']);
    expect(sent()['DDBStreamBatchInfo']).toMatchObject({
      startSequenceNumber: '000003',
      endSequenceNumber: '000004',
    });
    expect(sent()['responseContext']).toMatchObject({ functionError: null });
  });

  test('with bisecting isolates each record that fails', async () => {
    invoker.answer = reporting('bd');
    await run('abcde', { reportsItemFailures: true, bisectOnError: true, maxRetries: 1 });
    expect(batches()).toEqual(['abcde', 'bcde', 'bc', 'b', 'b', 'c', 'de', 'd', 'd', 'e']);
    expect(queues.sent).toHaveLength(2);
    expect(sent(0)['DDBStreamBatchInfo']).toMatchObject({ startSequenceNumber: '000002', batchSize: 1 });
    expect(sent(1)['DDBStreamBatchInfo']).toMatchObject({ startSequenceNumber: '000004', batchSize: 1 });
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['an empty object', {}],
    ['an empty list of failures', { batchItemFailures: [] }],
    ['null instead of the list of failures', { batchItemFailures: null }],
  ])('treats %s as success', async (_what, payload) => {
    invoker.answer = () => ({ kind: 'ok', payload });
    await run('ab', { reportsItemFailures: true });
    expect(batches()).toEqual(['ab']);
    expect(queues.sent).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['a text', 'done'],
    ['a text instead of the list of failures', { batchItemFailures: 'none' }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a missing identifier', { batchItemFailures: [{ id: '000002' }] }],
    ['an identifier of no record', { batchItemFailures: [{ itemIdentifier: '000002' }, { itemIdentifier: '999999' }] }],
    ['null among the failures', { batchItemFailures: [null] }],
  ])('treats %s as a failure of the whole batch', async (_what, payload) => {
    invoker.answer = () => ({ kind: 'ok', payload });
    await run('ab', { reportsItemFailures: true, maxRetries: 1 });
    expect(batches()).toEqual(['ab', 'ab']);
    expect(sent()['DDBStreamBatchInfo']).toMatchObject({ batchSize: 2 });
  });

  test('is ignored if the mapping does not enable ReportBatchItemFailures', async () => {
    invoker.answer = reporting('a');
    await run('ab', { reportsItemFailures: false });
    expect(batches()).toEqual(['ab']);
    expect(queues.sent).toEqual([]);
  });
});
