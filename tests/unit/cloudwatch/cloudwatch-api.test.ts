import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type DescribeAlarmsCommandInput,
  type GetMetricDataCommandInput,
  type ListMetricsCommandInput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { cloudwatchService } from '../../../emulator/cloudwatch/api/cloudwatch-service';
import { AlarmsFixture, alarmArn, compositeAlarm, METRIC, metricAlarm, MINUTE, START, TOPIC } from '../../support/alarms-fixture';
import { clientSettings, startEndpoint } from '../../support/dynamodb-endpoint';

let fixture: AlarmsFixture;
let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
let client: CloudWatchClient;

beforeEach(async () => {
  fixture = new AlarmsFixture([
    metricAlarm('errors', { description: 'Runbook: docs/runbooks/errors.md', actions: { ALARM: [TOPIC], OK: [], INSUFFICIENT_DATA: [] } }),
    metricAlarm('error-rate', {
      queries: [
        { id: 'm', metric: METRIC, returnsData: false },
        { id: 'e', expression: 'm / 100', label: 'rate', returnsData: true },
      ],
    }),
    metricAlarm('latency', { metric: { name: 'Time', statistic: 'p99' }, treatMissingData: 'missing' }),
    compositeAlarm('rollback', 'ALARM(errors)'),
  ]);
  endpoint = await startEndpoint({ cloudwatch: cloudwatchService(fixture.store, fixture.alarms) });
  client = new CloudWatchClient(clientSettings(endpoint.url));
});
afterEach(async () => {
  client.destroy();
  await fixture.alarms.close();
  await endpoint.close();
});

const names = (list: readonly { AlarmName?: string }[] | undefined) => list?.map(({ AlarmName }) => AlarmName);

describe('DescribeAlarms', () => {
  test('returns the configuration and the state of an alarm', async () => {
    fixture.add(9);
    await fixture.clock.advance(MINUTE + 1000);
    const { MetricAlarms: [alarm] = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }));
    expect(alarm).toMatchObject({
      AlarmName: 'errors',
      AlarmArn: alarmArn('errors'),
      AlarmDescription: 'Runbook: docs/runbooks/errors.md',
      ActionsEnabled: true,
      AlarmActions: [TOPIC],
      StateValue: 'ALARM',
      StateReason: expect.stringContaining('Threshold Crossed: 1 out of the last 1 datapoint [9.0'),
      StateUpdatedTimestamp: new Date(START + MINUTE + 200),
      Namespace: 'Test',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'service', Value: 'visit' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Threshold: 5,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(alarm).not.toHaveProperty('Metrics');
  });

  test('returns metric math as queries, and a percentile as an extended statistic', async () => {
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['error-rate', 'latency'] }));
    expect(MetricAlarms[0]?.Metrics).toEqual([
      {
        Id: 'm',
        MetricStat: {
          Metric: { Namespace: 'Test', MetricName: 'Errors', Dimensions: [{ Name: 'service', Value: 'visit' }] },
          Period: 60,
          Stat: 'Sum',
        },
        ReturnData: false,
      },
      { Id: 'e', Expression: 'm / 100', Label: 'rate', ReturnData: true },
    ]);
    expect(MetricAlarms[0]).not.toHaveProperty('MetricName');
    expect(MetricAlarms[1]).toMatchObject({ ExtendedStatistic: 'p99' });
    expect(MetricAlarms[1]).not.toHaveProperty('Statistic');
  });

  test('returns composite alarms only on request, as AWS does', async () => {
    const metric = await client.send(new DescribeAlarmsCommand({}));
    expect([names(metric.MetricAlarms), metric.CompositeAlarms]).toEqual([['errors', 'error-rate', 'latency'], []]);
    const composite = await client.send(new DescribeAlarmsCommand({ AlarmTypes: ['CompositeAlarm'] }));
    expect(composite).toMatchObject({
      MetricAlarms: [],
      CompositeAlarms: [{ AlarmName: 'rollback', AlarmRule: 'ALARM(errors)', StateValue: 'OK' }],
    });
  });

  test('filters by prefix, state and action, and returns pages', async () => {
    fixture.add(9);
    await fixture.clock.advance(MINUTE + 1000);
    const list = async (input: DescribeAlarmsCommandInput) => names((await client.send(new DescribeAlarmsCommand(input))).MetricAlarms);
    expect(await list({ AlarmNamePrefix: 'error' })).toEqual(['errors', 'error-rate']);
    expect(await list({ StateValue: 'ALARM' })).toEqual(['errors']);
    expect(await list({ ActionPrefix: 'arn:aws:sns' })).toEqual(['errors']);
    const types = ['MetricAlarm', 'CompositeAlarm'] as const;
    const seen: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const part = await client.send(new DescribeAlarmsCommand({ AlarmTypes: [...types], MaxRecords: 3, NextToken }));
      seen.push([names(part.MetricAlarms), names(part.CompositeAlarms)]);
      NextToken = part.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toEqual([
      [['errors', 'error-rate', 'latency'], []],
      [[], ['rollback']],
    ]);
  });

  test.each([
    [{ AlarmNames: ['a'], AlarmNamePrefix: 'a' }, 'InvalidParameterCombinationException'],
    [{ NextToken: 'nonsense' }, 'InvalidNextToken'],
    [{ MaxRecords: 101 }, 'InvalidParameterValueException'],
    [{ ChildrenOfAlarmName: 'rollback' }, 'InvalidParameterValueException'],
  ])('refuses %j', async (input, name) => {
    await expect(client.send(new DescribeAlarmsCommand(input))).rejects.toMatchObject({ name });
  });
});

describe('SetAlarmState', () => {
  const set = (AlarmName: string, StateValue = 'ALARM', StateReason = 'a trial') =>
    client.send(new SetAlarmStateCommand({ AlarmName, StateValue: StateValue as 'ALARM', StateReason }));

  test('sets an alarm until its next evaluation, with its actions and the composite alarms above it', async () => {
    await fixture.clock.advance(MINUTE + 1000);
    await set('errors');
    expect([fixture.stateOf('errors'), fixture.stateOf('rollback')]).toEqual(['ALARM', 'ALARM']);
    expect(fixture.topics.messages(TOPIC)).toHaveLength(1);
    await fixture.clock.advance(MINUTE);
    expect([fixture.stateOf('errors'), fixture.stateOf('rollback')]).toEqual(['OK', 'OK']);
  });

  test.each([
    ['an alarm that does not exist', ['error'], 'ResourceNotFound'],
    ['an unknown state', ['errors', 'ON'], 'InvalidParameterValueException'],
    ['a reason that is too long', ['errors', 'ALARM', 'x'.repeat(1024)], 'InvalidParameterValueException'],
  ] as const)('refuses %s', async (_, [name, state, reason], error) => {
    await expect(set(name, state, reason)).rejects.toMatchObject({ name: error });
  });
});

test('DescribeAlarmHistory returns state changes and actions, newest first', async () => {
  fixture.add(9);
  await fixture.clock.advance(MINUTE + 1000);
  const { AlarmHistoryItems = [] } = await client.send(new DescribeAlarmHistoryCommand({ AlarmName: 'errors' }));
  expect(AlarmHistoryItems).toMatchObject([
    { AlarmName: 'errors', AlarmType: 'MetricAlarm', HistoryItemType: 'Action', HistorySummary: `Successfully executed action ${TOPIC}` },
    {
      HistoryItemType: 'StateUpdate',
      HistorySummary: 'Alarm updated from INSUFFICIENT_DATA to ALARM',
      Timestamp: new Date(START + MINUTE + 200),
    },
  ]);
  expect(JSON.parse(AlarmHistoryItems[1]?.HistoryData ?? '')).toMatchObject({
    oldState: { stateValue: 'INSUFFICIENT_DATA' },
    newState: { stateValue: 'ALARM', stateReasonData: { recentDatapoints: [9], threshold: 5 } },
  });
  const updates = await client.send(
    new DescribeAlarmHistoryCommand({
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
      HistoryItemType: 'StateUpdate',
      ScanBy: 'TimestampAscending',
    }),
  );
  expect(names(updates.AlarmHistoryItems)).toEqual(['rollback', 'errors', 'rollback', 'error-rate']);
  const early = await client.send(new DescribeAlarmHistoryCommand({ AlarmTypes: ['CompositeAlarm'], EndDate: new Date(START + 1000) }));
  expect(early.AlarmHistoryItems).toHaveLength(1);
});

describe('GetMetricData', () => {
  const Dimensions = [{ Name: 'service', Value: 'visit' }];
  const stat = (Id: string, MetricName: string, Stat: string, more: Partial<MetricDataQuery> = {}): MetricDataQuery => ({
    Id,
    MetricStat: { Metric: { Namespace: 'Test', MetricName, Dimensions }, Period: 60, Stat },
    ...more,
  });
  const get = async (MetricDataQueries: MetricDataQuery[], more: Partial<GetMetricDataCommandInput> = {}) =>
    (
      await client.send(
        new GetMetricDataCommand({ MetricDataQueries, StartTime: new Date(START), EndTime: new Date(START + 5 * MINUTE), ...more }),
      )
    ).MetricDataResults;

  beforeEach(async () => {
    for (const value of [1, 2, 4]) {
      fixture.add(value);
      fixture.add(10, { name: 'Requests' });
      await fixture.clock.advance(MINUTE);
    }
  });

  test('returns values by period, newest first, and metric math over these values', async () => {
    const rate: MetricDataQuery = { Id: 'rate', Expression: 'errors / requests', Label: 'error rate' };
    expect(await get([stat('errors', 'Errors', 'Sum'), stat('requests', 'Requests', 'Sum', { ReturnData: false }), rate])).toEqual([
      {
        Id: 'errors',
        Label: 'Errors',
        StatusCode: 'Complete',
        Timestamps: [2, 1, 0].map((minute) => new Date(START + minute * MINUTE)),
        Values: [4, 2, 1],
      },
      {
        Id: 'rate',
        Label: 'error rate',
        StatusCode: 'Complete',
        Timestamps: [2, 1, 0].map((minute) => new Date(START + minute * MINUTE)),
        Values: [0.4, 0.2, 0.1],
      },
    ]);
  });

  test('includes the whole period of its start time, and sorts in ascending order on request', async () => {
    const [result] =
      (await get([stat('errors', 'Errors', 'Maximum')], { StartTime: new Date(START + MINUTE + 30_000), ScanBy: 'TimestampAscending' })) ??
      [];
    expect(result?.Values).toEqual([2, 4]);
  });

  test('returns no values for an incomplete set of dimensions', async () => {
    const [result] =
      (await get([{ Id: 'm', MetricStat: { Metric: { Namespace: 'Test', MetricName: 'Errors' }, Period: 60, Stat: 'Sum' } }])) ?? [];
    expect(result).toMatchObject({ Values: [], StatusCode: 'Complete' });
  });

  test.each<[string, MetricDataQuery[], string]>([
    ['an invalid expression', [stat('m', 'Errors', 'Sum'), { Id: 'e', Expression: 'm +' }], 'expression e = m +'],
    ['an unknown statistic', [stat('m', 'Errors', 'IQM')], 'IQM'],
    ['a number instead of a time series', [stat('m', 'Errors', 'Sum'), { Id: 'e', Expression: 'SUM(m)' }], 'e gives a number'],
    ['a query with neither metric nor expression', [{ Id: 'm' }], 'needs either an Expression or a MetricStat'],
    ['a call without queries', [], '1 to 500 queries'],
  ])('refuses %s', async (_, queries, message) => {
    await expect(get(queries)).rejects.toMatchObject({ name: 'InvalidParameterValueException', message: expect.stringContaining(message) });
  });
});

test('ListMetrics finds metrics by name and dimension', async () => {
  fixture.add(1);
  fixture.add(1, { name: 'Time', dimensions: { service: 'visit', cohort: 'polling' } });
  const list = async (input: ListMetricsCommandInput) =>
    (await client.send(new ListMetricsCommand(input))).Metrics?.map(({ MetricName, Dimensions }) => [
      MetricName,
      Dimensions?.map(({ Name, Value }) => `${Name}=${Value}`).join(),
    ]);
  const time = ['Time', 'service=visit,cohort=polling'];
  expect(await list({ Namespace: 'Test' })).toEqual([['Errors', 'service=visit'], time]);
  expect(await list({ MetricName: 'Time' })).toEqual([time]);
  expect(await list({ Dimensions: [{ Name: 'cohort' }] })).toEqual([time]);
  expect(await list({ Dimensions: [{ Name: 'service', Value: 'other' }] })).toEqual([]);
  expect(await list({ Namespace: 'AWS/Lambda' })).toEqual([]);
});

test('PutMetricData is refused with an error that names the operation', async () => {
  await expect(client.send(new PutMetricDataCommand({ Namespace: 'Test', MetricData: [] }))).rejects.toThrow(
    'cloudwatch:PutMetricData is not emulated',
  );
});
