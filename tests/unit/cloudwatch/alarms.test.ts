import type { MetricAlarmSpec } from '../../../emulator/specs';
import {
  alarmArn,
  AlarmsFixture,
  compositeAlarm,
  METRIC,
  metricAlarm,
  MINUTE,
  ROLL_BACK,
  START,
  TOPIC,
} from '../../support/alarms-fixture';

let fixture: AlarmsFixture;
const open = (...args: ConstructorParameters<typeof AlarmsFixture>): AlarmsFixture => (fixture = new AlarmsFixture(...args));
afterEach(() => fixture?.alarms.close());

const bothWays = { ALARM: [TOPIC], OK: [TOPIC], INSUFFICIENT_DATA: [] };

test('an alarm with a period of one minute changes at the end of a minute when its data changes', async () => {
  open([metricAlarm('errors')]);
  expect(fixture.alarms.list()).toMatchObject([
    { name: 'errors', kind: 'metric', state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' },
  ]);
  await fixture.clock.advance(MINUTE + 1000);
  fixture.add(6);
  await fixture.clock.advance(50_000);
  expect(fixture.changes).toEqual([[60, 'errors', 'OK']]);
  await fixture.clock.advance(MINUTE * 4);
  // The data point counts until a newer one replaces it: for two periods beyond the evaluation period.
  expect(fixture.changes).toEqual([
    [60, 'errors', 'OK'],
    [120, 'errors', 'ALARM'],
    [300, 'errors', 'OK'],
  ]);
});

test('an alarm on 2 of 3 periods changes to ALARM with two breaching periods and to OK with one', async () => {
  open([metricAlarm('errors', { evaluationPeriods: 3, datapointsToAlarm: 2 })]);
  for (const value of [9, 0, 9, 0, 0]) {
    fixture.add(value);
    await fixture.clock.advance(MINUTE);
  }
  await fixture.clock.advance(1000);
  expect(fixture.changes).toEqual(
    [
      [60, 'errors', 'OK'],
      [180, 'errors', 'ALARM'],
      [240, 'errors', 'OK'],
    ].map(([at, ...rest]) => [at, ...rest]),
  );
});

test('a high-resolution alarm is evaluated every ten seconds over the last period', async () => {
  open([metricAlarm('errors', { metric: { periodMs: 10_000 } }), metricAlarm('by-the-minute')]);
  await fixture.clock.advance(12_000);
  fixture.add(9, { highResolution: true });
  await fixture.clock.advance(9000);
  expect(fixture.changes).toEqual([
    [10, 'errors', 'OK'],
    [20, 'errors', 'ALARM'],
  ]);
  await fixture.clock.advance(MINUTE);
  expect(fixture.changes).toEqual([
    [10, 'errors', 'OK'],
    [20, 'errors', 'ALARM'],
    [50, 'errors', 'OK'],
    [60, 'by-the-minute', 'ALARM'],
  ]);
});

test('a time factor shortens the periods of an alarm, but not its timestamps', async () => {
  open([metricAlarm('errors')], { timeFactor: 60 });
  await fixture.clock.advance(1300);
  fixture.add(9);
  await fixture.clock.advance(1000);
  expect(fixture.changes).toEqual([
    [1, 'errors', 'OK'],
    [2, 'errors', 'ALARM'],
  ]);
  expect(fixture.alarms.history().at(-1)?.at).toBe(START + 2200);
});

test('the reason of a state change has the same words as on AWS', async () => {
  open([
    metricAlarm('errors'),
    metricAlarm('silent', { metric: { name: 'Nothing' }, treatMissingData: 'missing', evaluationPeriods: 2, datapointsToAlarm: 2 }),
  ]);
  fixture.add(9);
  await fixture.clock.advance(MINUTE + 1000);
  const [alarmed, ...others] = fixture.alarms.history().map(({ reason }) => reason);
  expect(alarmed).toMatch(
    /^Threshold Crossed: 1 out of the last 1 datapoint \[9\.0 \(\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d\)\] was greater than the threshold \(5\.0\) \(minimum 1 datapoint for INSUFFICIENT_DATA -> ALARM transition\)\.$/,
  );
  expect(others).toEqual([]);
  await fixture.clock.advance(MINUTE * 3);
  expect(fixture.alarms.history().at(-1)?.reason).toBe(
    'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
  );
});

test.each([
  ['ignore', [[60, 'errors', 'ALARM']]],
  [
    'missing',
    [
      [60, 'errors', 'ALARM'],
      [240, 'errors', 'INSUFFICIENT_DATA'],
    ],
  ],
  ['breaching', [[60, 'errors', 'ALARM']]],
  [
    'notBreaching',
    [
      [60, 'errors', 'ALARM'],
      [240, 'errors', 'OK'],
    ],
  ],
] as const)('an alarm changes as on AWS after its metric stops when missing data is %s', async (treatMissingData, expected) => {
  open([metricAlarm('errors', { treatMissingData })]);
  fixture.add(9);
  await fixture.clock.advance(10 * MINUTE);
  expect(fixture.changes).toEqual(expected);
});

const rate: Partial<MetricAlarmSpec> = {
  threshold: 0.01,
  queries: [
    { id: 'errors', metric: METRIC, returnsData: false },
    { id: 'requests', metric: { ...METRIC, name: 'Requests' }, returnsData: false },
    { id: 'rate', expression: 'IF(requests >= 100, errors / requests, 0)', label: 'error rate', returnsData: true },
  ],
};

test('an alarm on an error rate ignores the rate below a minimum number of requests', async () => {
  open([metricAlarm('error-rate', rate)]);
  const minute = async (requests: number, errors: number): Promise<void> => {
    fixture.add(requests, { name: 'Requests' });
    if (errors > 0) fixture.add(errors);
    await fixture.clock.advance(MINUTE);
  };
  await minute(50, 25);
  await minute(1000, 9);
  await minute(1000, 11);
  await minute(1000, 0);
  await fixture.clock.advance(1000);
  expect(fixture.changes).toEqual([
    [60, 'error-rate', 'OK'],
    [180, 'error-rate', 'ALARM'],
    [240, 'error-rate', 'OK'],
  ]);
});

test('an alarm that ignores low sample counts keeps its state until its percentile has enough samples', async () => {
  const metric = { statistic: 'p90' };
  open([metricAlarm('careful', { metric, evaluatesLowSampleCounts: false }), metricAlarm('eager', { metric })]);
  for (let i = 0; i < 99; i++) fixture.add(9);
  await fixture.clock.advance(MINUTE + 1000);
  expect([fixture.stateOf('careful'), fixture.stateOf('eager')]).toEqual(['INSUFFICIENT_DATA', 'ALARM']);
  for (let i = 0; i < 100; i++) fixture.add(9);
  await fixture.clock.advance(MINUTE);
  expect(fixture.stateOf('careful')).toBe('ALARM');
});

test('an alarm with a unit ignores data in another unit', async () => {
  open([metricAlarm('errors', { metric: { unit: 'Bytes' } }), metricAlarm('counted', { metric: { unit: 'Count' } })]);
  fixture.add(9);
  await fixture.clock.advance(MINUTE + 1000);
  expect([fixture.stateOf('errors'), fixture.stateOf('counted')]).toEqual(['OK', 'ALARM']);
});

describe('a composite alarm', () => {
  const roll = { actions: { ALARM: [ROLL_BACK, TOPIC], OK: [TOPIC], INSUFFICIENT_DATA: [] } };

  test('changes at once with the alarms of its rule, also through another composite alarm', async () => {
    open([
      metricAlarm('errors'),
      compositeAlarm('rollback', 'ALARM("errors")', roll),
      compositeAlarm('page', `ALARM(${alarmArn('rollback')}) AND NOT INSUFFICIENT_DATA(errors)`),
    ]);
    expect(fixture.changes).toEqual([
      [0, 'rollback', 'OK'],
      [0, 'page', 'OK'],
    ]);
    fixture.add(9);
    await fixture.clock.advance(MINUTE + 1000);
    expect(fixture.changes.slice(2)).toEqual([
      [60, 'errors', 'ALARM'],
      [60, 'rollback', 'ALARM'],
      [60, 'page', 'ALARM'],
    ]);
    expect(fixture.alarms.list()[1]?.reason).toMatch(
      new RegExp(`^${alarmArn('errors')} transitioned to ALARM at \\w+ \\d\\d \\w+, \\d{4} \\d\\d:\\d\\d:\\d\\d UTC$`),
    );
  });

  test('invokes a function once per transition, with the event of CloudWatch', async () => {
    open([metricAlarm('errors'), compositeAlarm('rollback', 'ALARM(errors)', roll)]);
    fixture.add(9);
    await fixture.clock.advance(MINUTE + 1000);
    fixture.add(9);
    await fixture.clock.advance(MINUTE);
    expect(fixture.invoker.invocations).toEqual([
      {
        functionArn: ROLL_BACK,
        traceHeader: undefined,
        payload: {
          source: 'aws.cloudwatch',
          alarmArn: alarmArn('rollback'),
          accountId: '000000000000',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:01:00\.200\+0000$/),
          region: 'eu-central-1',
          alarmData: {
            alarmName: 'rollback',
            state: {
              value: 'ALARM',
              reason: expect.stringContaining(`${alarmArn('errors')} transitioned to ALARM`),
              reasonData: expect.stringContaining('triggeringAlarms'),
              timestamp: expect.stringMatching(/\+0000$/),
            },
            previousState: expect.objectContaining({
              value: 'OK',
              reason: `${alarmArn('rollback')} was created and its alarm rule evaluates to OK`,
            }),
            configuration: { alarmRule: 'ALARM(errors)' },
          },
        },
      },
    ]);
  });

  test('does not invoke a function without permission, warns about it, and still notifies the topic', async () => {
    open([metricAlarm('errors'), compositeAlarm('rollback', 'ALARM(errors)', roll)], { permitted: 'another' });
    fixture.add(9);
    await fixture.clock.advance(MINUTE + 1000);
    expect(fixture.invoker.invocations).toEqual([]);
    expect(fixture.warnings).toEqual([expect.stringContaining(`source_arn = "${alarmArn('rollback')}"`)]);
    // The topic gets its messages nevertheless: one about the creation, one about the alarm.
    expect(fixture.topics.messages(TOPIC)).toHaveLength(2);
  });
});

test('a topic gets a message about ALARM and a message about OK, with the trigger of the alarm', async () => {
  open([metricAlarm('errors', { actions: bothWays, description: 'Runbook: docs/runbooks/errors.md' })]);
  fixture.add(9);
  await fixture.clock.advance(MINUTE + 1000);
  fixture.add(0);
  await fixture.clock.advance(MINUTE);
  const messages = fixture.topics.messages(TOPIC);
  expect(messages.map(({ subject }) => subject)).toEqual(['ALARM: "errors" in eu-central-1', 'OK: "errors" in eu-central-1']);
  expect(JSON.parse(messages[0]?.body ?? '')).toMatchObject({
    AlarmName: 'errors',
    AlarmDescription: 'Runbook: docs/runbooks/errors.md',
    OldStateValue: 'INSUFFICIENT_DATA',
    NewStateValue: 'ALARM',
    AlarmArn: alarmArn('errors'),
    Trigger: {
      MetricName: 'Errors',
      Namespace: 'Test',
      Statistic: 'Sum',
      Period: 60,
      Threshold: 5,
      Dimensions: [{ Name: 'service', Value: 'visit' }],
    },
  });
});

test('an alarm with actions_enabled = false sends no messages', async () => {
  open([metricAlarm('errors', { actions: bothWays, actionsEnabled: false })]);
  fixture.add(9);
  await fixture.clock.advance(MINUTE + 1000);
  expect(fixture.stateOf('errors')).toBe('ALARM');
  expect(fixture.topics.messages(TOPIC)).toEqual([]);
});

test('alarms are not evaluated after close()', async () => {
  open([metricAlarm('errors')]);
  await fixture.alarms.close();
  fixture.add(9);
  await fixture.clock.advance(10 * MINUTE);
  expect(fixture.changes).toEqual([]);
});

test.each([
  [
    'an expression that cannot be computed',
    metricAlarm('a', {
      queries: [
        { id: 'e', expression: 'RATE(m)', returnsData: true },
        { id: 'm', metric: METRIC, returnsData: false },
      ],
    }),
    'expression e = RATE(m): the local cloud does not compute RATE',
  ],
  [
    'an expression that is not a time series',
    metricAlarm('a', {
      queries: [
        { id: 'e', expression: 'SUM(m)', returnsData: true },
        { id: 'm', metric: METRIC, returnsData: false },
      ],
    }),
    'e gives a number',
  ],
  [
    'an unknown action',
    metricAlarm('a', { actions: { ...bothWays, OK: ['arn:aws:ssm:eu-central-1:0:opsitem'] } }),
    'its action arn:aws:ssm',
  ],
  ['an invalid rule', compositeAlarm('a', 'ALARM('), 'its alarm_rule cannot be read'],
  ['a rule about an unknown alarm', compositeAlarm('a', 'ALARM(b)'), 'names "b", which is not an alarm'],
  ['a rule about itself', compositeAlarm('a', 'NOT ALARM(a)'), 'refers to itself'],
])('%s stops the start with an error that names its address', (_, alarm, message) => {
  expect(() => open([alarm])).toThrow(
    expect.objectContaining({ name: 'AlarmBootError', message: expect.stringMatching(/^aws_cloudwatch_metric_alarm\.a: /) }),
  );
  expect(() => open([alarm])).toThrow(message);
});
