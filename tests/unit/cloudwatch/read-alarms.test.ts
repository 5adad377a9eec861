import type { AlarmSpec } from '../../../emulator/specs';
import type { Attributes } from '../../../emulator/terraform/stack';
import { specOf } from '../../support/spec-of';

const SIMPLE = {
  alarm_name: 'errors',
  comparison_operator: 'GreaterThanThreshold',
  threshold: 1,
  evaluation_periods: 3,
  namespace: 'Shop',
  metric_name: 'Errors',
  period: 60,
  statistic: 'Sum',
  dimensions: { service: 'visit' },
};
const MATH = {
  alarm_name: 'rate',
  comparison_operator: 'LessThanOrEqualToThreshold',
  threshold: 0.5,
  evaluation_periods: 1,
  metric_query: [
    { id: 'rate', expression: 'errors / 2', label: 'half', return_data: true },
    // Terraform's JSON writes a single block as an object or as a list.
    { id: 'errors', metric: [{ namespace: 'Shop', metric_name: 'Errors', period: 10, stat: 'p99.9', unit: 'Count' }] },
  ],
};
const alarmOf = (attributes: Attributes): AlarmSpec | undefined => specOf({ 'aws_cloudwatch_metric_alarm.a': attributes }).alarms[0];

test('an alarm on a metric is read with the defaults of AWS for missing attributes', () => {
  expect(alarmOf(SIMPLE)).toEqual({
    kind: 'metric',
    address: 'aws_cloudwatch_metric_alarm.a',
    name: 'errors',
    arn: 'arn:aws:cloudwatch:eu-central-1:000000000000:alarm:errors',
    description: '',
    actionsEnabled: true,
    actions: { ALARM: [], OK: [], INSUFFICIENT_DATA: [] },
    usesQueries: false,
    queries: [
      {
        id: 'm1',
        returnsData: true,
        metric: { namespace: 'Shop', name: 'Errors', dimensions: { service: 'visit' }, statistic: 'Sum', periodMs: 60_000 },
      },
    ],
    comparison: 'GreaterThanThreshold',
    threshold: 1,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    treatMissingData: 'missing',
    evaluatesLowSampleCounts: true,
  });
});

test('an alarm on a metric is read with its optional attributes', () => {
  const { statistic: _, ...percentile } = SIMPLE;
  const topic = 'arn:aws:sns:eu-central-1:000000000000:alarms';
  const found = alarmOf({
    ...percentile,
    extended_statistic: 'p90',
    datapoints_to_alarm: 2,
    treat_missing_data: 'breaching',
    alarm_description: 'Runbook: x',
    actions_enabled: false,
    alarm_actions: [topic],
    ok_actions: [topic],
    evaluate_low_sample_count_percentiles: 'ignore',
  });
  expect(found).toMatchObject({
    description: 'Runbook: x',
    actionsEnabled: false,
    actions: { ALARM: [topic], OK: [topic] },
    datapointsToAlarm: 2,
    treatMissingData: 'breaching',
    evaluatesLowSampleCounts: false,
    queries: [{ metric: { statistic: 'p90' } }],
  });
});

test('an alarm on metric math is read with its queries', () => {
  expect(alarmOf(MATH)).toMatchObject({
    usesQueries: true,
    queries: [
      { id: 'rate', expression: 'errors / 2', label: 'half', returnsData: true },
      { id: 'errors', returnsData: false, metric: { dimensions: {}, statistic: 'p99.9', periodMs: 10_000, unit: 'Count' } },
    ],
  });
});

test('a composite alarm, a topic and its policy are read with resolved references', () => {
  const { alarms, topics, resourcePolicies, encryptionKeys } = specOf({
    'aws_cloudwatch_metric_alarm.a': SIMPLE,
    'aws_cloudwatch_composite_alarm.c': {
      alarm_name: 'rollback',
      alarm_rule: 'ALARM(${aws_cloudwatch_metric_alarm.a.alarm_name}) OR ALARM(${aws_cloudwatch_metric_alarm.a.arn})',
      alarm_actions: ['${aws_sns_topic.t.arn}'],
    },
    'aws_sns_topic.t': { name: 'alarms', kms_master_key_id: '${aws_kms_key.k.arn}' },
    'aws_sns_topic_policy.t': { arn: '${aws_sns_topic.t.arn}', policy: '{"Version":"2012-10-17","Statement":[]}' },
    'aws_sns_topic_subscription.t': { topic_arn: '${aws_sns_topic.t.arn}', protocol: 'email', endpoint: 'a@example.com' },
    'aws_kms_key.k': {},
    'aws_cloudwatch_dashboard.d': { dashboard_name: 'd', dashboard_body: '{}' },
  });
  const topic = 'arn:aws:sns:eu-central-1:000000000000:alarms';
  expect(alarms[1]).toMatchObject({
    kind: 'composite',
    name: 'rollback',
    rule: 'ALARM(errors) OR ALARM(arn:aws:cloudwatch:eu-central-1:000000000000:alarm:errors)',
    actions: { ALARM: [topic] },
  });
  expect(topics).toMatchObject([{ name: 'alarms', arn: topic, kmsKey: expect.stringContaining('arn:aws:kms:') }]);
  expect(resourcePolicies).toMatchObject([{ address: 'aws_sns_topic_policy.t.policy', resourceArn: topic }]);
  expect(encryptionKeys[topic]).toContain(':key/');
});

test.each<[string, Attributes, string]>([
  [
    'an anomaly detector',
    { ...SIMPLE, threshold_metric_id: 'e1' },
    'threshold_metric_id: the local cloud does not evaluate this attribute',
  ],
  [
    'a comparison with an anomaly band',
    { ...SIMPLE, comparison_operator: 'GreaterThanUpperThreshold' },
    'comparison_operator is GreaterThanUpperThreshold',
  ],
  ['an unknown treatment of missing data', { ...SIMPLE, treat_missing_data: 'zero' }, 'treat_missing_data is zero'],
  ['an unsupported statistic', { ...SIMPLE, statistic: 'tm99' }, 'does not compute the statistic tm99'],
  ['a period of 45 s', { ...SIMPLE, period: 45 }, 'period is 45'],
  ['a period of 1 s', { ...SIMPLE, period: 1 }, 'period is 1'],
  ['more datapoints than periods', { ...SIMPLE, datapoints_to_alarm: 4 }, 'datapoints_to_alarm is 4'],
  [
    'two queries that return data',
    { ...MATH, metric_query: MATH.metric_query.map((query) => ({ ...query, return_data: true })) },
    'return_data is true in 2',
  ],
  ['no query with a metric', { ...MATH, metric_query: [MATH.metric_query[0]] }, 'none of its metric_query blocks has a metric'],
  [
    'queries with different periods',
    {
      ...MATH,
      metric_query: [...MATH.metric_query, { id: 'm', metric: { namespace: 'Shop', metric_name: 'Errors', period: 60, stat: 'Sum' } }],
    },
    'different periods',
  ],
  [
    'a query without an expression or a metric',
    { ...MATH, metric_query: [{ id: 'nothing', return_data: true }] },
    '"nothing" needs an expression or a metric',
  ],
])('an alarm with %s stops the boot with an error that names its address', (_, attributes, message) => {
  expect(() => alarmOf(attributes)).toThrow(
    expect.objectContaining({ name: 'TerraformError', message: expect.stringMatching(/^aws_cloudwatch_metric_alarm\.a/) }),
  );
  expect(() => alarmOf(attributes)).toThrow(message);
});

test('two alarms with the same name stop the boot', () => {
  expect(() => specOf({ 'aws_cloudwatch_metric_alarm.a': SIMPLE, 'aws_cloudwatch_metric_alarm.b': SIMPLE })).toThrow(
    'have the same alarm_name errors',
  );
});

test('a topic subscription that would invoke a function stops the boot', () => {
  const subscription = { topic_arn: 'arn:t', protocol: 'lambda', endpoint: 'arn:f' };
  expect(() => specOf({ 'aws_sns_topic_subscription.s': subscription })).toThrow('aws_sns_topic_subscription.s.protocol is lambda');
});
