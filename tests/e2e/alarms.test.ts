import { rm } from 'node:fs/promises';
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { LocalCloud } from '../../emulator/local-cloud';
import type { AlarmTransition } from '../../emulator/observations';
import { alarmStack, type AlarmStackChanges } from '../support/alarm-stack';
import { eventually } from '../support/eventually';
import { ask } from '../support/http-client';

/** A minute takes one second, and ten seconds take a sixth of a second. */
const TIME_FACTOR = 60;

interface Running {
  readonly cloud: LocalCloud;
  readonly warnings: string[];
  readonly transitions: AlarmTransition[];
  /** Messages that the topic received, parsed. */
  readonly told: () => Record<string, unknown>[];
}
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function boot(changes: AlarmStackChanges = {}): Promise<Running> {
  const { directory, file, account } = await alarmStack(changes);
  cleanUps.push(() => rm(directory, { recursive: true, force: true }));
  const warnings: string[] = [];
  const cloud = await LocalCloud.boot({
    stackFile: file,
    account,
    variables: {},
    httpPort: 0,
    alarmTimeFactor: TIME_FACTOR,
    log: () => undefined,
    warn: (text) => warnings.push(text),
  });
  cleanUps.push(() => cloud.close());
  const transitions: AlarmTransition[] = [];
  cloud.services.alarms.events.on('transition', (transition) => transitions.push(transition));
  const { topics, spec } = cloud.services;
  const told = () => topics.messages(spec.topics[0]?.arn ?? '').map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  return { cloud, warnings, transitions, told };
}

const stateOf = ({ cloud }: Running, name: string): string | undefined =>
  cloud.services.alarms.list().find((alarm) => alarm.name === name)?.state;

/** Visits until the check passes. */
async function visitUntil(running: Running, path: string, check: () => void): Promise<void> {
  await eventually(async () => {
    await ask(running.cloud.output('visitor_url'), path);
    check();
  });
}

test('errors set the alarms, the composite alarm invokes roll-back once, and all alarms return to OK when the errors end', async () => {
  const running = await boot();
  await visitUntil(running, '/', () => {
    for (const name of ['error-rate', 'function-errors', 'visitor-5xx']) expect(stateOf(running, name)).toBe('OK');
  });
  expect(running.transitions.map(({ to }) => to)).not.toContain('ALARM');

  await visitUntil(running, '/fail', () => {
    for (const name of ['error-rate', 'rollback', 'function-errors', 'visitor-5xx']) expect(stateOf(running, name)).toBe('ALARM');
  });
  const rolledBack = (): object[] => running.told().filter((message) => 'requestPayload' in message);
  await eventually(() => expect(rolledBack()).toHaveLength(1));
  expect(rolledBack()[0]).toMatchObject({
    version: '1.0',
    requestContext: { condition: 'Success', approximateInvokeCount: 1 },
    requestPayload: {
      source: 'aws.cloudwatch',
      alarmData: { alarmName: 'rollback', state: { value: 'ALARM' }, previousState: { value: 'OK' } },
    },
    responsePayload: { percent: 0, alarm: 'rollback', reason: expect.stringContaining('alarm:error-rate transitioned to ALARM') },
  });
  expect(running.told()).toContainEqual(expect.objectContaining({ AlarmName: 'rollback', NewStateValue: 'ALARM', OldStateValue: 'OK' }));
  expect(running.told()).toContainEqual(expect.objectContaining({ AlarmName: 'function-errors', NewStateValue: 'ALARM' }));

  await visitUntil(running, '/', () => {
    for (const name of ['error-rate', 'rollback', 'function-errors', 'visitor-5xx']) expect(stateOf(running, name)).toBe('OK');
  });
  expect(running.transitions.filter(({ name }) => name === 'rollback').map(({ from, to }) => `${from} -> ${to}`)).toEqual([
    'OK -> ALARM',
    'ALARM -> OK',
  ]);
  expect(rolledBack()).toHaveLength(1);
  expect(running.warnings).toEqual([]);
});

test("the CloudWatch API of the local cloud shows alarms and metrics to the operator's key, and refuses a wrong secret key", async () => {
  const running = await boot();
  const { awsEndpoint: endpoint, operator, spec } = running.cloud.services;
  const client = new CloudWatchClient({ endpoint, region: spec.region, credentials: operator, maxAttempts: 1 });
  cleanUps.push(async () => client.destroy());
  const startedAt = new Date(Date.now() - 1000);
  for (const path of ['/', '/fail', '/']) await ask(running.cloud.output('visitor_url'), path);

  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
  // The API shows the periods of the stack, not the divided ones.
  expect(MetricAlarms.map(({ AlarmName, Period }) => [AlarmName, Period])).toEqual([
    ['error-rate', undefined],
    ['function-errors', 60],
    ['visitor-5xx', 60],
  ]);

  const Dimensions = [
    { Name: 'cohort', Value: 'polling' },
    { Name: 'service', Value: 'visit' },
  ];
  const sum = (Id: string, Namespace: string, MetricName: string, dimensions = Dimensions) => ({
    Id,
    MetricStat: { Metric: { Namespace, MetricName, Dimensions: dimensions }, Period: 60, Stat: 'Sum' },
  });
  await eventually(async () => {
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: startedAt,
        EndTime: new Date(Date.now() + 1000),
        MetricDataQueries: [
          sum('requests', 'Shop', 'Requests'),
          sum('errors', 'Shop', 'Errors'),
          sum('invocations', 'AWS/Lambda', 'Invocations', [{ Name: 'FunctionName', Value: 'visit' }]),
          { Id: 'ok', Expression: 'requests - errors' },
        ],
      }),
    );
    const total = (values: number[] = []): number => values.reduce((a, b) => a + b, 0);
    expect(MetricDataResults.map(({ Id, Values }) => [Id, total(Values)])).toEqual([
      ['requests', 3],
      ['errors', 1],
      ['invocations', 3],
      ['ok', 2],
    ]);
  });
  const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: 'Shop' }));
  expect(Metrics.map(({ MetricName, Dimensions: set }) => `${MetricName} by ${set?.map(({ Name }) => Name).join()}`).sort()).toEqual([
    'Errors by service',
    'Errors by service,cohort',
    'Requests by service',
    'Requests by service,cohort',
  ]);

  const asNobody = new CloudWatchClient({
    endpoint,
    region: spec.region,
    credentials: { ...operator, secretAccessKey: 'wrong' },
    maxAttempts: 1,
  });
  await expect(asNobody.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  asNobody.destroy();
});

test('a roll-back that fails is reported to the topic by its on-failure destination', async () => {
  const running = await boot({
    change: ({ aws_cloudwatch_composite_alarm: composite = {} }) => {
      composite['rollback'] = { ...composite['rollback'], alarm_description: 'fail' };
    },
  });
  await visitUntil(running, '/fail', () => expect(stateOf(running, 'rollback')).toBe('ALARM'));
  await eventually(() =>
    expect(running.told()).toContainEqual(
      expect.objectContaining({
        requestContext: expect.objectContaining({ condition: 'RetriesExhausted' }),
        responsePayload: expect.objectContaining({ errorMessage: 'the table is gone' }),
      }),
    ),
  );
});

test('a topic whose policy does not allow CloudWatch receives no alarm, and a warning gives the reason', async () => {
  const running = await boot({
    change: ({ aws_sns_topic_policy: policies = {} }) => {
      const { policy } = policies['alarms'] ?? {};
      policies['alarms'] = { ...policies['alarms'], policy: String(policy).replace('cloudwatch.amazonaws.com', 'events.amazonaws.com') };
    },
  });
  await visitUntil(running, '/fail', () => expect(stateOf(running, 'function-errors')).toBe('ALARM'));
  expect(running.told().filter((message) => 'AlarmName' in message)).toEqual([]);
  expect(running.warnings).toContainEqual(expect.stringContaining('access denied: cloudwatch.amazonaws.com may not sns:Publish'));
});

test.each<[string, NonNullable<AlarmStackChanges['change']>, string]>([
  [
    'a function that may not publish to its destination',
    ({ aws_iam_role_policy: policies = {} }) =>
      void (policies['roll-back'] = { ...policies['visit'], role: '${aws_iam_role.roll-back.name}' }),
    'the role of roll-back may not sns:Publish on arn:aws:sns:eu-central-1:000000000000:alarms',
  ],
  [
    'an unknown function of metric math',
    ({ aws_cloudwatch_metric_alarm: alarms = {} }) => {
      const [rate, ...metrics] = alarms['error-rate']?.['metric_query'] as Record<string, unknown>[];
      alarms['error-rate'] = { ...alarms['error-rate'], metric_query: [{ ...rate, expression: 'RATE(errors)' }, ...metrics] };
    },
    'aws_cloudwatch_metric_alarm.error-rate: expression rate = RATE(errors): the local cloud does not compute RATE',
  ],
  [
    'an actions suppressor of a composite alarm',
    ({ aws_cloudwatch_composite_alarm: composite = {} }) =>
      void (composite['rollback'] = {
        ...composite['rollback'],
        actions_suppressor: { alarm: 'error-rate', extension_period: 60, wait_period: 60 },
      }),
    'aws_cloudwatch_composite_alarm.rollback.actions_suppressor: the local cloud does not evaluate this attribute',
  ],
])('the local cloud does not boot with %s', async (_, change, message) => {
  await expect(boot({ change })).rejects.toThrow(message);
});
