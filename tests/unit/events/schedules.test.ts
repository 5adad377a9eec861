import type { Clock } from '../../../functions/core/clock';
import { Schedules } from '../../../emulator/events/schedules';
import { periodOf } from '../../../emulator/events/schedule-expression';
import type { BusEvent } from '../../../emulator/events/bus-event';
import type { RuleSpec } from '../../../emulator/specs';
import { ACCOUNT_ID, REGION, rule, ruleArnOf } from '../../support/events-fixture';
import { VirtualClock } from '../../support/virtual-clock';

const MINUTE = 60_000;
const START = Date.UTC(2026, 9, 26, 12, 0, 30);
const scheduled = (schedule: string, spec: Partial<RuleSpec> = {}): RuleSpec =>
  rule({ name: 'sweep', busName: 'default', schedule, ...spec });

let fired: { ruleName: string; event: BusEvent }[];
let schedules: Schedules;
function open(rules: RuleSpec[], clock: Clock = new VirtualClock(START)): void {
  fired = [];
  const buses = {
    deliver: ({ name }: RuleSpec, event: BusEvent) => void fired.push({ ruleName: name, event }),
  };
  schedules = new Schedules({ rules, buses, accountId: ACCOUNT_ID, region: REGION, clock });
}
afterEach(() => schedules?.close());

test('a rate rule fires one period after the start and then every period, with the event that AWS sends', async () => {
  const clock = new VirtualClock(START);
  open([scheduled('rate(1 minute)'), rule()], clock);
  schedules.start();
  await clock.advance(MINUTE - 1);
  expect(fired).toEqual([]);
  await clock.advance(1);
  await clock.advance(2 * MINUTE);
  expect(fired.map(({ event }) => event.time)).toEqual(['2026-10-26T12:01:30Z', '2026-10-26T12:02:30Z', '2026-10-26T12:03:30Z']);
  expect(new Set(fired.map(({ event }) => event.id)).size).toBe(3);
  expect(fired[0]).toEqual({
    ruleName: 'sweep',
    event: {
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: ACCOUNT_ID,
      time: '2026-10-26T12:01:30Z',
      region: REGION,
      resources: [ruleArnOf('sweep')],
      detail: {},
    },
  });
});

test('a schedule does not catch up periods that passed while the machine was asleep', async () => {
  let sleptMs = 0;
  const virtual = new VirtualClock(START);
  open([scheduled('rate(1 minute)')], {
    now: () => virtual.now() + sleptMs,
    sleep: (ms, signal) => virtual.sleep(ms, signal),
  });
  schedules.start();
  await virtual.advance(MINUTE);
  sleptMs = 10 * MINUTE;
  await virtual.advance(2 * MINUTE);
  expect(fired.map(({ event }) => event.time)).toEqual(['2026-10-26T12:01:30Z', '2026-10-26T12:02:30Z', '2026-10-26T12:13:30Z']);
});

test('a disabled rule with a schedule does not fire', async () => {
  const clock = new VirtualClock(START);
  open([scheduled('rate(1 minute)', { enabled: false })], clock);
  schedules.start();
  await clock.advance(10 * MINUTE);
  expect(fired).toEqual([]);
});

test('fire() fires a scheduled rule by its name at once, and throws for an unknown name', () => {
  open([scheduled('rate(1 day)')]);
  schedules.fire('sweep');
  expect(fired).toHaveLength(1);
  expect(() => schedules.fire('absent')).toThrow('there is no rule "absent" with a schedule; the stack has sweep');
});

test('no schedule fires after close()', async () => {
  const clock = new VirtualClock(START);
  open([scheduled('rate(1 minute)')], clock);
  schedules.start();
  await schedules.close();
  await clock.advance(10 * MINUTE);
  expect(fired).toEqual([]);
});

test('a schedule with a period above the longest timer of Node.js does not fire at once', async () => {
  let count = 0;
  const buses = { deliver: () => void (count += 1) };
  schedules = new Schedules({
    rules: [scheduled('rate(60 days)')],
    buses,
    accountId: ACCOUNT_ID,
    region: REGION,
  });
  schedules.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(count).toBe(0);
});

const after = (expression: string, from: string): string => new Date(Date.parse(from) + periodOf(expression, 'rule')).toISOString();

test.each([
  ['rate(1 minute)', '2026-10-26T12:00:30Z', '2026-10-26T12:01:30.000Z'],
  ['rate(5 minutes)', '2026-10-26T12:00:00Z', '2026-10-26T12:05:00.000Z'],
  ['rate(2 hours)', '2026-10-26T23:00:00Z', '2026-10-27T01:00:00.000Z'],
  ['rate(1 day)', '2026-10-26T12:00:00Z', '2026-10-27T12:00:00.000Z'],
])('the period of %s from %s ends at %s', (expression, from, expected) => expect(after(expression, from)).toBe(expected));

test.each([
  ['rate(1 minutes)', 'is unknown; write rate(1 minute)'],
  ['rate(5 minute)', 'is unknown'],
  ['rate(0 minutes)', 'is unknown'],
  ['rate(1 week)', 'is unknown'],
  ['every minute', 'is unknown'],
  ['cron(0 12 * * ? *)', 'is a cron expression, which the local cloud does not run; write rate(5 minutes)'],
])('the schedule "%s" is refused at boot with an error that names the rule address', (expression, problem) => {
  expect(() => open([scheduled(expression)])).toThrow(
    expect.objectContaining({
      name: 'EventsBootError',
      message: expect.stringContaining(`aws_cloudwatch_event_rule.sweep: schedule_expression "${expression}" ${problem}`) as string,
    }),
  );
});

test('a schedule on a bus other than the default bus is refused at boot', () => {
  expect(() => open([scheduled('rate(1 minute)', { busName: 'responses' })])).toThrow(
    'aws_cloudwatch_event_rule.sweep: has a schedule on the bus "responses"; schedules run on the default bus only',
  );
});
