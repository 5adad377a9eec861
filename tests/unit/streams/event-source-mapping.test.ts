import { AWS_LIMITS } from '../../../emulator/limits';
import { EventSourceMapping } from '../../../emulator/streams/event-source-mapping';
import type { EventSourceMappingOptions } from '../../../emulator/streams/event-source-mapping';
import type { StreamRecord } from '../../../emulator/services';
import type { MappingSpec } from '../../../emulator/specs';
import { FakeInvoker, FakeQueues, FakeStream, FUNCTION_ARN, keysOf, mapping } from '../../support/events-fixture';
import { eventually } from '../../support/eventually';
import { VirtualClock } from '../../support/virtual-clock';

let clock: VirtualClock;
let stream: FakeStream;
let invoker: FakeInvoker;
let warnings: string[];
let esm: EventSourceMapping;

function open(spec: Partial<MappingSpec> = {}, options: Partial<EventSourceMappingOptions> = {}): void {
  esm = new EventSourceMapping({
    mapping: mapping(spec),
    source: stream,
    invoker,
    queues: new FakeQueues(),
    limits: AWS_LIMITS.stream,
    clock,
    random: () => 0.5,
    log: { warn: (message) => warnings.push(message) },
    ...options,
  });
  esm.start();
}
beforeEach(() => {
  clock = new VirtualClock();
  stream = new FakeStream();
  invoker = new FakeInvoker();
  warnings = [];
});
afterEach(() => esm?.close());

const add = (...keys: string[]): void => keys.forEach((key) => stream.add(key, clock.now()));
const batches = (): string[][] => invoker.invocations.map(({ payload }) => keysOf(payload));

test('an event source mapping reads the stream four times a second, starting at a random time in the first period', async () => {
  open();
  await clock.advance(124);
  expect(stream.reads).toBe(0);
  await clock.advance(1);
  expect(stream.reads).toBe(1);
  await clock.advance(1000);
  expect(stream.reads).toBe(5);
});

test('records reach the function in one batch at the next read, and only once', async () => {
  open();
  await clock.advance(200);
  add('a', 'b');
  await clock.advance(174);
  expect(batches()).toEqual([]);
  await clock.advance(1);
  expect(batches()).toEqual([['a', 'b']]);
  expect(invoker.invocations[0]).toMatchObject({
    functionArn: FUNCTION_ARN,
    payload: { Records: stream.records.map(({ record }) => record) },
  });
  await clock.advance(1000);
  expect(batches()).toHaveLength(1);
});

test('an event source mapping continues to read while the function runs, and sends the next batch at once afterwards', async () => {
  open();
  let finish = (): void => undefined;
  invoker.answer = () => new Promise((resolve) => (finish = () => resolve({ kind: 'ok', payload: null })));
  add('a');
  await clock.advance(200);
  add('b');
  await clock.advance(250);
  add('c');
  await clock.advance(250);
  expect(batches()).toEqual([['a']]);
  expect(esm.stats().backlog).toBe(3);
  finish();
  await clock.advance(0);
  expect(batches()).toEqual([['a'], ['b', 'c']]);
});

test('a batch exceeds neither the batch size nor the limit of bytes', async () => {
  open({ batchSize: 2 });
  add('a', 'b', 'c', 'd', 'e');
  await clock.advance(250);
  expect(batches()).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  await esm.close();

  invoker.invocations.length = 0;
  open({}, { limits: { ...AWS_LIMITS.stream, batchBytes: 900 } });
  await clock.advance(250);
  expect(batches()).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test('TRIM_HORIZON starts with the oldest record, and LATEST starts after the newest record', async () => {
  add('old');
  open({ startingPosition: 'LATEST' });
  add('new');
  await clock.advance(250);
  expect(batches()).toEqual([['new']]);
  await esm.close();
  open({ startingPosition: 'TRIM_HORIZON' });
  await clock.advance(250);
  expect(batches().at(-1)).toEqual(['old', 'new']);
});

test.each([
  ['TRIM_HORIZON', ['before', 'meanwhile', 'after']],
  ['LATEST', ['after']],
] as const)('a mapping with a start-up delay reads nothing until the delay is over; from %s it then sends %j', async (position, sent) => {
  add('before');
  open({ startingPosition: position, maxRecordAgeMs: -1 }, { limits: { ...AWS_LIMITS.stream, startDelayMs: 180_000 } });
  add('meanwhile');
  await clock.advance(180_000);
  expect(stream.reads).toBe(0);
  add('after');
  await clock.advance(250);
  expect(batches()).toEqual([sent]);
});

test('a mapping that is closed during its start-up delay never reads', async () => {
  open({}, { limits: { ...AWS_LIMITS.stream, startDelayMs: 1000 } });
  await esm.close();
  await clock.advance(60_000);
  expect(stream.reads).toBe(0);
});

test('records that match no filter are not sent to the function and are not read again', async () => {
  const wants = (status: string): unknown => ({
    eventName: ['MODIFY'],
    dynamodb: { NewImage: { status: { S: [status] } } },
  });
  open({ filters: [wants('completed'), wants('failed')] });
  for (const [key, status] of [
    ['a', 'pending'],
    ['b', 'completed'],
    ['c', 'failed'],
    ['d', 'pending'],
  ]) {
    stream.add(key ?? '', clock.now(), { status: { S: status } });
  }
  await clock.advance(1000);
  expect(batches()).toEqual([['b', 'c']]);
  expect(esm.stats()).toMatchObject({ read: 4, filtered: 2, backlog: 0 });
});

test('with a parallelization factor, batches run in parallel, but records of one item run in order', async () => {
  open({ parallelizationFactor: 4, batchSize: 1 });
  const keys = Array.from({ length: 13 }, (_, i) => `k${i}`);
  const running = new Set<string>();
  const overlaps: string[] = [];
  const seen: string[] = [];
  let most = 0;
  invoker.answer = async (payload) => {
    const [record] = (payload as { Records: StreamRecord[] }).Records;
    const [key = ''] = keysOf(payload);
    if (running.has(key)) overlaps.push(key);
    running.add(key);
    most = Math.max(most, running.size);
    seen.push(record?.dynamodb.SequenceNumber ?? '');
    // Earlier records take longer.
    await clock.sleep(1000 - 25 * Number(record?.dynamodb.SequenceNumber));
    running.delete(key);
    return { kind: 'ok', payload: null };
  };
  add(...keys.flatMap((key) => [key, key, key]));
  await clock.advance(30_000);
  expect(overlaps).toEqual([]);
  expect(most).toBe(4);
  expect(seen).toHaveLength(39);
  const ofOneKey = stream.records.slice(15, 18).map(({ record }) => record.dynamodb.SequenceNumber);
  expect(seen.filter((sequenceNumber) => ofOneKey.includes(sequenceNumber))).toEqual(ofOneKey);
});

test('a batching window collects records until the window ends or the batch is full', async () => {
  open({ batchingWindowMs: 1000, batchSize: 3 });
  add('a');
  await clock.advance(250);
  add('b');
  await clock.advance(800);
  expect(batches()).toEqual([]);
  await clock.advance(100);
  expect(batches()).toEqual([['a', 'b']]);
  add('c');
  await clock.advance(250);
  add('d', 'e');
  await clock.advance(250);
  expect(batches()).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ]);
});

test('stats() and the event "batch" report the outcome of a batch and the age of its records', async () => {
  const seen: unknown[] = [];
  open();
  esm.events.on('batch', (record) => seen.push(record));
  add('a', 'b');
  invoker.answer = async () => {
    await clock.sleep(300);
    return { kind: 'ok', payload: null };
  };
  await clock.advance(500);
  expect(seen).toEqual([{ at: clock.now() - 75, functionArn: FUNCTION_ARN, records: 2, outcome: 'succeeded', iteratorAgeMs: 125 }]);
  expect(esm.stats()).toEqual({
    read: 2,
    filtered: 0,
    batches: { succeeded: 1, 'partly-failed': 0, failed: 0, throttled: 0 },
    discarded: 0,
    iteratorAgeMs: 125,
    backlog: 0,
  });
});

test('a failed read of the stream causes a warning and is retried', async () => {
  let failures = 1;
  open({}, { beforeRead: () => (failures-- > 0 ? Promise.reject(new Error('partitioned')) : Promise.resolve()) });
  add('a');
  await clock.advance(250);
  expect(warnings).toEqual(['aws_lambda_event_source_mapping.responses: the stream was not read: partitioned']);
  await clock.advance(250);
  expect(batches()).toEqual([['a']]);
});

test('an event source mapping does not catch up reads that a slow read delayed', async () => {
  let slow = 1;
  open({}, { beforeRead: () => (slow-- > 0 ? clock.sleep(2000) : Promise.resolve()) });
  await clock.advance(2130);
  expect(stream.reads).toBeLessThanOrEqual(2);
  await clock.advance(1000);
  expect(stream.reads).toBeLessThanOrEqual(6);
});

test('after close() the stream is not read, the function is not invoked, and a late answer of the function is ignored', async () => {
  const seen: unknown[] = [];
  open();
  esm.events.on('batch', (record) => seen.push(record));
  invoker.answer = async () => {
    await clock.sleep(100);
    return { kind: 'error', errorType: 'Error', errorMessage: 'x' };
  };
  add('a');
  await clock.advance(130);
  await esm.close();
  const reads = stream.reads;
  add('b');
  await clock.advance(5000);
  expect(batches()).toEqual([['a']]);
  expect(stream.reads).toBe(reads);
  expect(seen).toEqual([]);
});

test('an invalid filter stops the boot with an error that names the mapping address', () => {
  expect(() => open({ filters: [{ a: [1] }, { a: 1 }] })).toThrow(
    expect.objectContaining({
      name: 'EventPatternError',
      message: 'aws_lambda_event_source_mapping.responses: filter 2: a is 1, which is neither a list nor an object; write [1]',
    }),
  );
});

test('an event source mapping also works with the real clock', async () => {
  add('a');
  open({}, { clock: undefined, random: undefined, limits: { ...AWS_LIMITS.stream, pollMs: 20 } });
  stream.add('b');
  await eventually(() => expect(batches().flat()).toContain('b'));
});
