/** Alarms in the format of the CloudWatch API: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html */
import type { MetricAlarmSpec, MetricQuerySpec, MetricStatSpec } from '../../specs';
import { percentileOf } from '../metrics/statistic';
import type { Alarm } from './alarm';

export function describeAlarm({ spec, standing }: Alarm): object {
  const { state, reason, reasonData, since } = standing;
  return {
    AlarmName: spec.name,
    AlarmArn: spec.arn,
    ...(spec.description !== '' && { AlarmDescription: spec.description }),
    ActionsEnabled: spec.actionsEnabled,
    AlarmActions: spec.actions.ALARM,
    OKActions: spec.actions.OK,
    InsufficientDataActions: spec.actions.INSUFFICIENT_DATA,
    StateValue: state,
    StateReason: reason,
    ...(reasonData !== undefined && { StateReasonData: reasonData }),
    StateUpdatedTimestamp: since / 1000,
    StateTransitionedTimestamp: since / 1000,
    ...(spec.kind === 'composite' ? { AlarmRule: spec.rule } : metricToJson(spec)),
  };
}

/** The metrics that an alarm watches, and the conditions under which it fires. */
export function metricToJson(spec: MetricAlarmSpec): object {
  const metric = spec.usesQueries ? undefined : spec.queries[0]?.metric;
  return {
    ...(metric
      ? { ...named(metric), Period: metric.periodMs / 1000, ...statisticOf(metric), ...unitOf(metric) }
      : { Metrics: spec.queries.map(query) }),
    EvaluationPeriods: spec.evaluationPeriods,
    DatapointsToAlarm: spec.datapointsToAlarm,
    ComparisonOperator: spec.comparison,
    Threshold: spec.threshold,
    TreatMissingData: spec.treatMissingData,
    ...(spec.evaluatesLowSampleCounts ? {} : { EvaluateLowSampleCountPercentile: 'ignore' }),
  };
}

const query = ({ id, label, expression, metric, returnsData }: MetricQuerySpec): object => ({
  Id: id,
  ...(label !== undefined && { Label: label }),
  ...(expression !== undefined && { Expression: expression }),
  ...(metric && { MetricStat: { Metric: named(metric), Period: metric.periodMs / 1000, Stat: metric.statistic, ...unitOf(metric) } }),
  ReturnData: returnsData,
});

const statisticOf = ({ statistic }: MetricStatSpec): object =>
  percentileOf(statistic) === undefined ? { Statistic: statistic } : { ExtendedStatistic: statistic };

const unitOf = ({ unit }: MetricStatSpec): object => (unit === undefined ? {} : { Unit: unit });

/** A metric by its name and dimensions. */
export const named = ({ namespace, name, dimensions }: Pick<MetricStatSpec, 'namespace' | 'name' | 'dimensions'>): object => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
});
