import { CloudwatchMetricAlarm, type CloudwatchMetricAlarmMetricQuery } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import { physicalName } from '../../environments/physical-name';
import type { AlarmDefinition } from './alarm-definition';
import { namespaceOf } from './metric-reference';

/** An alarm definition that CloudWatch would refuse, or that would never work. */
export class AlarmDefinitionError extends Error {
  override readonly name = 'AlarmDefinitionError';
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html */
export const MAX_METRICS = 10;

const COMPARISON = { above: 'GreaterThanThreshold', below: 'LessThanThreshold' } as const;

/** An alarm's description: its meaning and its runbook. */
export const alarmDescription = (meaning: string, id: string): string => `${meaning}. Runbook: docs/runbooks/${id}.md`;

/** One alarm, made from its definition. The alarm notifies a topic when it goes on and when it goes off. */
export class MetricAlarm extends Construct {
  readonly name: string;
  readonly arn: string;

  /** @throws AlarmDefinitionError */
  constructor(scope: Construct, definition: AlarmDefinition, environment: string, topicArn: string) {
    super(scope, definition.id);
    validate(definition);
    const [breaching, of] = definition.datapoints;
    const alarm = new CloudwatchMetricAlarm(this, 'Default', {
      alarmName: physicalName('alarm', environment, definition.id),
      alarmDescription: alarmDescription(definition.meaning, definition.id),
      comparisonOperator: COMPARISON[definition.breaches],
      threshold: definition.threshold,
      datapointsToAlarm: breaching,
      evaluationPeriods: of,
      treatMissingData: definition.silence,
      alarmActions: [topicArn],
      okActions: [topicArn],
      ...(definition.silence === 'missing' && { insufficientDataActions: [topicArn] }),
      ...watched(definition, environment),
    });
    this.name = alarm.alarmName;
    this.arn = alarm.arn;
  }
}

function validate({ id, metrics, expression, datapoints: [breaching, of], periodSeconds }: AlarmDefinition): void {
  const all = Object.values(metrics);
  const ofAws = all.some(({ namespace }) => namespace !== undefined);
  const problems: readonly (readonly [applies: boolean, problem: string])[] = [
    [all.length > MAX_METRICS, `reads ${all.length} metrics, but CloudWatch allows ${MAX_METRICS}: split the alarm in two`],
    [all.length !== 1 && expression === undefined, 'does not read exactly one metric: give the alarm an expression'],
    [breaching > of, `needs ${breaching} breaching periods, but evaluates only ${of}: correct datapoints`],
    [periodSeconds < 60 && ofAws, 'has a period below 60 s, but AWS publishes its metrics once a minute: use 60 or more'],
  ];
  for (const [applies, problem] of problems) if (applies) throw new AlarmDefinitionError(`alarm "${id}" ${problem}`);
}

/** The settings of a single metric, or the queries of an expression over several metrics. */
function watched({ id, metrics, expression, periodSeconds: period }: AlarmDefinition, environment: string) {
  const entries = Object.entries(metrics);
  const [first] = entries;
  if (expression === undefined && first) {
    const [, metric] = first;
    const { name: metricName, dimensions, statistic } = metric;
    return { namespace: namespaceOf(metric, environment), metricName, dimensions, statistic, period };
  }
  const metricQuery: CloudwatchMetricAlarmMetricQuery[] = [
    { id: 'watched', expression, label: id, returnData: true },
    ...entries.map(([metricId, metric]) => ({
      id: metricId,
      metric: {
        namespace: namespaceOf(metric, environment),
        metricName: metric.name,
        dimensions: metric.dimensions,
        stat: metric.statistic,
        period,
      },
    })),
  ];
  return { metricQuery };
}
