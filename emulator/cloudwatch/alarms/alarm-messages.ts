/** The messages of alarms to functions and to topics. */
import type { AlarmSpec, MetricQuerySpec } from '../../specs';
import type { Standing, Transition } from './alarm';
import { metricToJson } from './describe-alarm';

export interface AccountPlace {
  readonly accountId: string;
  readonly region: string;
}

/** The event for a function: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
export function lambdaEvent({ alarm, at, before, after }: Transition, { accountId, region }: AccountPlace): object {
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId,
    time: timestamp(at),
    region,
    alarmData: {
      alarmName: alarm.name,
      state: stateOf(after),
      previousState: stateOf(before),
      configuration: configurationOf(alarm),
    },
  };
}

const stateOf = ({ state, reason, reasonData, since }: Standing): object => ({
  value: state,
  reason,
  ...(reasonData !== undefined && { reasonData }),
  timestamp: timestamp(since),
});

function configurationOf(alarm: AlarmSpec): object {
  const description = alarm.description === '' ? {} : { description: alarm.description };
  if (alarm.kind === 'composite') return { ...description, alarmRule: alarm.rule };
  return { ...description, metrics: alarm.queries.map(queryInEvent) };
}

const queryInEvent = ({ id, label, expression, metric, returnsData }: MetricQuerySpec): object => ({
  id,
  ...(label !== undefined && { label }),
  ...(expression !== undefined && { expression }),
  ...(metric && {
    metricStat: {
      metric: { namespace: metric.namespace, name: metric.name, dimensions: metric.dimensions },
      period: metric.periodMs / 1000,
      stat: metric.statistic,
      ...(metric.unit !== undefined && { unit: metric.unit }),
    },
  }),
  returnData: returnsData,
});

/** Subject and JSON text of a notification, as subscribers of the topic get it. */
export function notification(
  { alarm, at, before, after }: Transition,
  { accountId, region }: AccountPlace,
): { subject: string; body: string } {
  return {
    subject: `${after.state}: "${alarm.name}" in ${region}`.slice(0, MAX_SUBJECT),
    body: JSON.stringify({
      AlarmName: alarm.name,
      AlarmDescription: alarm.description === '' ? null : alarm.description,
      AWSAccountId: accountId,
      AlarmConfigurationUpdatedTimestamp: null,
      NewStateValue: after.state,
      NewStateReason: after.reason,
      StateChangeTime: timestamp(at),
      Region: region,
      AlarmArn: alarm.arn,
      OldStateValue: before.state,
      OKActions: alarm.actions.OK,
      AlarmActions: alarm.actions.ALARM,
      InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
      ...(alarm.kind === 'composite' ? { AlarmRule: alarm.rule } : { Trigger: metricToJson(alarm) }),
    }),
  };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_SUBJECT = 100;

/** `2026-08-04T12:36:15.490+0000` */
const timestamp = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');
