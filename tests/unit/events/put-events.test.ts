import { EventBuses } from '../../../emulator/events/event-bus';
import { entryBytes } from '../../../emulator/events/put-events';
import { AWS_LIMITS } from '../../../emulator/limits';
import type { AwsCall, AwsReply, Principal } from '../../../emulator/services';
import { ACCOUNT_ID, FakeInvoker, FakeQueues, FUNCTION_ARN, REGION, rule } from '../../support/events-fixture';
import { VirtualClock } from '../../support/virtual-clock';

const caller: Principal = {
  accessKeyId: 'k',
  secretAccessKey: 's',
  roleArn: 'r',
  functionName: 'process-stream',
};
const ENTRY = {
  Source: 'http-tunnel',
  DetailType: 'HttpResponseReady',
  Detail: '{"requestId":"r-1"}',
  EventBusName: 'responses',
};
const NOW = Date.UTC(2026, 9, 26, 12, 0, 0, 123);

let invoker: FakeInvoker;
let warnings: string[];
let clock: VirtualClock;
let buses: EventBuses;
beforeEach(() => {
  invoker = new FakeInvoker();
  warnings = [];
  clock = new VirtualClock(NOW);
  const responses = {
    address: 'aws_cloudwatch_event_bus.responses',
    name: 'responses',
    arn: 'arn:aws:events:::event-bus/responses',
  };
  buses = new EventBuses({
    buses: [responses],
    rules: [rule(), rule({ name: 'on-default', busName: 'default' })],
    invoker,
    queues: new FakeQueues(),
    permissions: { allows: () => true },
    limits: AWS_LIMITS.events,
    accountId: ACCOUNT_ID,
    region: REGION,
    clock,
    log: { warn: (message) => warnings.push(message) },
  });
});
afterEach(() => buses.close());

const call = (operation: string, input: Record<string, unknown>): Promise<AwsReply> =>
  buses.service({ service: 'events', operation, caller, input, arrivedAt: 0 } satisfies AwsCall);

interface Result {
  FailedEntryCount: number;
  Entries: { EventId?: string; ErrorCode?: string; ErrorMessage?: string }[];
}
async function putEvents(...Entries: unknown[]): Promise<Result> {
  const { status, body } = await call('PutEvents', { Entries });
  expect(status).toBe(200);
  return JSON.parse(body.toString()) as Result;
}
const refusal = (code: string, message: string): unknown =>
  expect.objectContaining({
    name: 'AwsError',
    status: 400,
    code,
    message: expect.stringContaining(message) as string,
  });

test('the target gets the event in the EventBridge envelope, with the event id that PutEvents returned', async () => {
  const { FailedEntryCount, Entries } = await putEvents({
    ...ENTRY,
    Resources: ['arn:one'],
    TraceHeader: 'Root=1-a-b',
  });
  await clock.advance(0);
  expect(FailedEntryCount).toBe(0);
  expect(Entries[0]?.EventId).toMatch(/^[0-9a-f-]{36}$/);
  expect(invoker.invocations).toEqual([
    {
      functionArn: FUNCTION_ARN,
      traceHeader: 'Root=1-a-b',
      payload: {
        version: '0',
        id: Entries[0]?.EventId,
        'detail-type': 'HttpResponseReady',
        source: 'http-tunnel',
        account: ACCOUNT_ID,
        time: '2026-10-26T12:00:00Z',
        region: REGION,
        resources: ['arn:one'],
        detail: { requestId: 'r-1' },
      },
    },
  ]);
});

test('an entry with a Time sets the time of the event', async () => {
  await putEvents({ ...ENTRY, Time: 1_000_000_000 });
  await clock.advance(0);
  expect(invoker.invocations[0]?.payload).toMatchObject({ time: '2001-09-09T01:46:40Z' });
});

test('PutEvents refuses invalid entries one by one and accepts the other entries', async () => {
  const { FailedEntryCount, Entries } = await putEvents(
    { ...ENTRY, Source: undefined },
    { ...ENTRY, DetailType: '' },
    { ...ENTRY, Detail: undefined },
    ENTRY,
    { ...ENTRY, Detail: '{"a":' },
    { ...ENTRY, Detail: '[1]' },
    { ...ENTRY, Source: 'aws.events' },
  );
  await clock.advance(0);
  expect(FailedEntryCount).toBe(6);
  expect(Entries.map(({ ErrorCode, EventId }) => ErrorCode ?? typeof EventId)).toEqual([
    'InvalidArgument',
    'InvalidArgument',
    'InvalidArgument',
    'string',
    'MalformedDetail',
    'MalformedDetail',
    'NotAuthorizedForSourceException',
  ]);
  expect(Entries[2]?.ErrorMessage).toBe('Parameter Detail is not valid. Reason: Detail is a required argument.');
  expect(invoker.invocations).toHaveLength(1);
  expect(buses.stats()).toMatchObject({ accepted: 1, refused: 6, matched: 1 });
});

test('PutEvents accepts ten entries and refuses eleven or no entries', async () => {
  expect((await putEvents(...Array.from({ length: 10 }, () => ENTRY))).Entries).toHaveLength(10);
  await expect(putEvents(...Array.from({ length: 11 }, () => ENTRY))).rejects.toEqual(
    refusal('ValidationException', 'less than or equal to 10'),
  );
  await expect(putEvents()).rejects.toEqual(refusal('ValidationException', 'at least 1 entry'));
  await expect(call('PutEvents', {})).rejects.toEqual(refusal('ValidationException', 'at least 1 entry'));
});

test('the size of an entry is the length of its texts in UTF-8, plus 14 bytes for a time', () => {
  expect(entryBytes({ Source: 'é', DetailType: 'ab', Detail: '{}', Resources: ['xyz', '€'], Time: 1 })).toBe(26);
  expect(entryBytes({ Source: 'a', EventBusName: 'ignored', TraceHeader: 'ignored' })).toBe(1);
});

test('PutEvents refuses entries of one megabyte and accepts one byte less', async () => {
  const own = entryBytes({ ...ENTRY, Detail: '{"a":""}' });
  const entry = (bytes: number): object => ({ ...ENTRY, Detail: `{"a":"${'x'.repeat(bytes - own)}"}` });
  await expect(putEvents(entry(1024 * 1024))).rejects.toEqual(refusal('ValidationException', 'over the limit'));
  expect((await putEvents(entry(1024 * 1024 - 1))).FailedEntryCount).toBe(0);
});

test('an event to an unknown bus is dropped with a warning, and PutEvents reports no error', async () => {
  const { FailedEntryCount } = await putEvents({ ...ENTRY, EventBusName: 'nowhere' });
  await clock.advance(0);
  expect(FailedEntryCount).toBe(0);
  expect(invoker.invocations).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/^PutEvents names the event bus "nowhere", which does not exist/)]);
});

test.each([
  ['a bus that is named by its ARN', { EventBusName: `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/responses` }],
  ['the default bus if no bus is named', { EventBusName: undefined }],
])('PutEvents delivers an event to %s', async (_what, named) => {
  await putEvents({ ...ENTRY, ...named });
  await clock.advance(0);
  expect(invoker.invocations).toHaveLength(1);
  expect(warnings).toEqual([]);
});

test('an operation other than PutEvents is refused with an error that names the operation', async () => {
  await expect(call('PutRule', {})).rejects.toEqual(refusal('UnknownOperationException', 'knows PutEvents, not PutRule'));
});
