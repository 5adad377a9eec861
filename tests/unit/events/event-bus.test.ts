import { EventBuses } from '../../../emulator/events/event-bus';
import type { EventBusesOptions } from '../../../emulator/events/event-bus';
import type { DeliveryRecord } from '../../../emulator/events/target-delivery';
import { AWS_LIMITS } from '../../../emulator/limits';
import { AwsError } from '../../../emulator/services';
import {
  ACCOUNT_ID,
  FakeInvoker,
  FakeQueues,
  FUNCTION_ARN,
  QUEUE_ARN,
  REGION,
  rule,
  ruleArnOf,
  target,
} from '../../support/events-fixture';
import { VirtualClock } from '../../support/virtual-clock';

const ENTRY = { Source: 'http-tunnel', DetailType: 'T', Detail: '{"n":1}', EventBusName: 'responses' };
const THROTTLED = new AwsError(429, 'TooManyRequestsException', 'Rate Exceeded');

let clock: VirtualClock;
let invoker: FakeInvoker;
let queues: FakeQueues;
let warnings: string[];
let records: DeliveryRecord[];
let buses: EventBuses;
const opened: EventBuses[] = [];

function open(options: Partial<EventBusesOptions> = {}): void {
  buses = new EventBuses({
    buses: [{ address: 'aws_cloudwatch_event_bus.responses', name: 'responses', arn: 'arn:bus' }],
    rules: [rule()],
    invoker,
    queues,
    permissions: { allows: () => true },
    limits: AWS_LIMITS.events,
    accountId: ACCOUNT_ID,
    region: REGION,
    clock,
    random: () => 1,
    log: { warn: (message) => warnings.push(message) },
    ...options,
  });
  opened.push(buses);
  buses.events.on('delivery', (record) => records.push(record));
}
beforeEach(() => {
  clock = new VirtualClock();
  invoker = new FakeInvoker();
  queues = new FakeQueues();
  warnings = [];
  records = [];
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

const refuse = (error: unknown, times = Infinity): void => {
  invoker.accept = () => {
    if (invoker.invocations.length <= times) throw error;
  };
};
async function put(): Promise<void> {
  buses.put([ENTRY]);
  await clock.advance(0);
}
const outcomes = (): string[] => records.map(({ outcome }) => outcome);

describe('an event on a bus', () => {
  test('reaches the targets of every enabled rule on the bus whose pattern matches', async () => {
    const to = (name: string): { targets: [ReturnType<typeof target>] } => ({
      targets: [target({ arn: `${FUNCTION_ARN}-${name}` })],
    });
    open({
      rules: [
        rule({ name: 'one', ...to('one') }),
        rule({ name: 'two', pattern: { detail: { n: [1] } }, ...to('two') }),
        rule({ name: 'other-value', pattern: { detail: { n: [2] } }, ...to('other-value') }),
        rule({ name: 'other-bus', busName: 'default', ...to('other-bus') }),
        rule({ name: 'disabled', enabled: false, ...to('disabled') }),
        rule({ name: 'scheduled', busName: 'default', schedule: 'rate(1 minute)', ...to('scheduled') }),
      ],
    });
    await put();
    expect(invoker.invocations.map(({ functionArn }) => functionArn).sort()).toEqual([`${FUNCTION_ARN}-one`, `${FUNCTION_ARN}-two`]);
    expect(buses.stats()).toEqual({
      accepted: 1,
      refused: 0,
      matched: 2,
      attempts: { delivered: 2, retrying: 0, 'dead-lettered': 0, dropped: 0 },
    });
  });

  test('reaches a target as the event itself, as the constant input or as the result of the input transformer', async () => {
    const inputTransformer = {
      paths: { n: '$.detail.n' },
      template: '{"n":<n>,"rule":<aws.events.rule-name>}',
    };
    open({
      rules: [rule({ targets: [target(), target({ input: '{"constant":true}' }), target({ inputTransformer })] })],
    });
    await put();
    expect(invoker.invocations.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ source: 'http-tunnel', detail: { n: 1 } }),
      { constant: true },
      { n: 1, rule: 'response-ready' },
    ]);
  });

  test('is sent to a target that is a queue', async () => {
    open({ rules: [rule({ targets: [target({ arn: `${QUEUE_ARN}-events` })] })] });
    await put();
    expect(queues.sent).toEqual([
      {
        queueArn: `${QUEUE_ARN}-events`,
        sender: { service: 'events.amazonaws.com', sourceArn: ruleArnOf('response-ready') },
        body: expect.objectContaining({ detail: { n: 1 } }) as unknown,
        attributes: {},
      },
    ]);
    expect(outcomes()).toEqual(['delivered']);
  });

  test('is delivered after PutEvents has returned', async () => {
    open();
    buses.put([ENTRY]);
    expect(invoker.invocations).toEqual([]);
    await clock.advance(0);
    expect(invoker.invocations).toHaveLength(1);
  });
});

describe('a delivery that fails', () => {
  test('is retried with growing pauses while the target is throttled, until the delivery succeeds', async () => {
    open();
    refuse(THROTTLED, 2);
    await put();
    await clock.advance(999);
    expect(invoker.invocations).toHaveLength(1);
    await clock.advance(1);
    expect(invoker.invocations).toHaveLength(2);
    await clock.advance(1999);
    expect(invoker.invocations).toHaveLength(2);
    await clock.advance(1);
    expect(outcomes()).toEqual(['retrying', 'retrying', 'delivered']);
    expect(records.map(({ attempts, errorCode }) => [attempts, errorCode])).toEqual([
      [1, 'THROTTLING'],
      [2, 'THROTTLING'],
      [3, undefined],
    ]);
    expect(queues.sent).toEqual([]);
  });

  test('is retried after a pause that jitter shortens by up to half', async () => {
    open({ random: () => 0 });
    refuse(THROTTLED, 1);
    await put();
    await clock.advance(500);
    expect(outcomes()).toEqual(['retrying', 'delivered']);
  });

  test('is sent to the dead-letter queue with the reason after the last retry', async () => {
    open();
    refuse(THROTTLED);
    await put();
    await clock.advance(60_000);
    expect(invoker.invocations).toHaveLength(3);
    expect(queues.sent).toEqual([
      {
        queueArn: QUEUE_ARN,
        sender: { service: 'events.amazonaws.com', sourceArn: ruleArnOf('response-ready') },
        body: expect.objectContaining({
          id: records[0]?.eventId,
          source: 'http-tunnel',
          detail: { n: 1 },
        }) as unknown,
        attributes: {
          RULE_ARN: ruleArnOf('response-ready'),
          TARGET_ARN: FUNCTION_ARN,
          ERROR_CODE: 'THROTTLING',
          ERROR_MESSAGE: 'Rate Exceeded',
          RETRY_ATTEMPTS: '2',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
        },
      },
    ]);
    expect(outcomes()).toEqual(['retrying', 'retrying', 'dead-lettered']);
  });

  test('is given up if the event would exceed its maximum age at the next retry', async () => {
    open({ rules: [rule({ targets: [target({ maxRetries: 185, maxEventAgeMs: 2500 })] })] });
    refuse(new Error('no route'));
    await put();
    await clock.advance(60_000);
    expect(invoker.invocations).toHaveLength(2);
    expect(queues.sent[0]?.attributes).toMatchObject({
      ERROR_CODE: 'INTERNAL_ERROR',
      RETRY_ATTEMPTS: '1',
      EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds',
    });
  });

  test('is not retried if EventBridge has no permission, and the function is not invoked', async () => {
    const asked: string[][] = [];
    open({ permissions: { allows: (...question) => asked.push(question) < 0 } });
    await put();
    await clock.advance(60_000);
    expect(asked).toEqual([[FUNCTION_ARN, 'events.amazonaws.com', ruleArnOf('response-ready')]]);
    expect(invoker.invocations).toEqual([]);
    expect(queues.sent[0]?.attributes).toMatchObject({ ERROR_CODE: 'NO_PERMISSIONS', RETRY_ATTEMPTS: '0' });
    expect(queues.sent[0]?.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  test.each([
    [new AwsError(404, 'ResourceNotFoundException', 'Function not found'), 'NO_RESOURCE'],
    [new AwsError(400, 'QueueDoesNotExist', 'There is no queue'), 'NO_RESOURCE'],
    [new AwsError(413, 'RequestTooLargeException', 'too large'), 'SDK_CLIENT_ERROR'],
  ])('is not retried after %p, and the error code is %s', async (error, code) => {
    open();
    refuse(error);
    await put();
    await clock.advance(60_000);
    expect(invoker.invocations).toHaveLength(1);
    expect(queues.sent[0]?.attributes).toMatchObject({
      ERROR_CODE: code,
      ERROR_MESSAGE: error.message,
      RETRY_ATTEMPTS: '0',
    });
  });

  test('is not retried if the input template yields no valid JSON for the event', async () => {
    const inputTransformer = { paths: { q: '$.detail.q' }, template: '{"q":"<q>"}' };
    open({ rules: [rule({ targets: [target({ inputTransformer })] })] });
    buses.put([{ ...ENTRY, Detail: '{"q":"a\\"b"}' }]);
    await clock.advance(60_000);
    expect(invoker.invocations).toEqual([]);
    expect(queues.sent[0]?.attributes).toMatchObject({ ERROR_CODE: 'INVALID_JSON' });
  });

  test.each([
    ['the target has no dead-letter queue', { deadLetterArn: undefined }, 'the target has no dead-letter queue'],
    ['the dead-letter queue refuses the event', {}, `the dead-letter queue ${QUEUE_ARN} refused the event: the queue is gone`],
  ])('is dropped with a warning if %s', async (_what, spec, reason) => {
    open({ rules: [rule({ targets: [target({ ...spec, maxRetries: 0 })] })] });
    queues.refuse = true;
    refuse(THROTTLED);
    await put();
    expect(outcomes()).toEqual(['dropped']);
    expect(warnings).toEqual([
      `aws_cloudwatch_event_target.wake: event ${records[0]?.eventId} is dropped after 1 attempts ` +
        `(THROTTLING: Rate Exceeded): ${reason}`,
    ]);
  });

  test('does not delay the delivery to another target', async () => {
    const slow = target({ id: 'slow', arn: `${FUNCTION_ARN}-slow` });
    open({
      rules: [rule({ targets: [slow, target()] })],
      beforeDelivery: ({ id }) => (id === 'slow' ? Promise.reject(new Error('partitioned')) : Promise.resolve()),
    });
    await put();
    expect(invoker.invocations.map(({ functionArn }) => functionArn)).toEqual([FUNCTION_ARN]);
    await clock.advance(60_000);
    expect(queues.sent[0]?.attributes).toMatchObject({
      TARGET_ARN: `${FUNCTION_ARN}-slow`,
      ERROR_MESSAGE: 'partitioned',
    });
  });

  test('is not retried after the event buses are closed', async () => {
    open();
    refuse(THROTTLED);
    await put();
    await buses.close();
    await clock.advance(60_000);
    expect(invoker.invocations).toHaveLength(1);
    expect(queues.sent).toEqual([]);
  });
});

describe('the boot of the event buses', () => {
  test.each<[string, Parameters<typeof rule>[0], string, string]>([
    ['an invalid pattern', { pattern: { source: 'x' } }, 'EventPatternError', 'event_pattern: source is "x", which is neither'],
    ['neither pattern nor schedule', { pattern: undefined }, 'EventsBootError', 'has neither event_pattern nor'],
    ['an unknown bus', { busName: 'nowhere' }, 'EventsBootError', 'there is no event bus "nowhere"; the stack has default, responses'],
    ['six targets', { targets: Array.from({ length: 6 }, () => target()) }, 'EventsBootError', 'has 6 targets, EventBridge allows 5'],
  ])('refuses a rule with %s and names the address of the rule', (_what, spec, name, message) => {
    expect(() => open({ rules: [rule(spec)] })).toThrow(
      expect.objectContaining({
        name,
        message: expect.stringContaining(`aws_cloudwatch_event_rule.response-ready: ${message}`) as string,
      }),
    );
  });

  test.each<[string, Parameters<typeof target>[0], string]>([
    [
      'an ARN of a service other than Lambda and SQS',
      { arn: 'arn:aws:sns:eu-central-1:000000000000:topic' },
      'the local cloud delivers to lambda and sqs, not to arn:aws:sns',
    ],
    ['an input that is no JSON', { input: 'plain' }, 'input is not JSON'],
    ['a template that uses an undefined variable', { inputTransformer: { paths: {}, template: '<x>' } }, 'input_template uses <x>'],
  ])('refuses a target with %s and names the address of the target', (_what, spec, message) => {
    expect(() => open({ rules: [rule({ targets: [target(spec)] })] })).toThrow(
      expect.objectContaining({
        name: 'EventsBootError',
        message: expect.stringContaining(`aws_cloudwatch_event_target.wake: ${message}`) as string,
      }),
    );
  });
});
