import type { Attributes, InfraStack } from './infra-stack';
import { metricsOfAlarms } from './watched-metrics';

/** Durations between a fault and the switch to polling that are not settings of an alarm, in seconds. */
const ELSEWHERE = {
  /** From a log line to a metric. Assumed. */
  emfDelay: 30,
  /** Until a service publishes its metrics of a minute. Assumed; longer for a queue that was idle. */
  awsDelay: 60,
  /** Until CloudWatch starts roll-back. Assumed. */
  action: 5,
  /** The run of roll-back, with its cold start. Derived from other figures. */
  rollBack: 5,
  /** How long waiters cache the share (design: timings.rolloutCacheMs). */
  cache: 5,
};

/** Alarms whose metrics come from sweep only, once a minute, if there is little traffic or the share is 100 %. */
const ONCE_A_MINUTE = ['event-driven-latency', 'delivery-failures', 'stream-lag', 'probe-missing'];

export interface AlarmTiming {
  readonly id: string;
  readonly period: number;
  readonly datapoints: number;
  /** Time until enough periods breach, if the fault begins at the worst moment. */
  readonly breaching: number;
  readonly delay: number;
  /** Time until the next evaluation: an alarm is evaluated once per period. */
  readonly evaluation: number;
  readonly total: number;
}

/** Longest time from a fault until all requests poll, in seconds, for each alarm that triggers the composite alarm. */
export function timingsOf(stack: InfraStack): AlarmTiming[] {
  const rule = stack.resource('aws_cloudwatch_composite_alarm.rollback')['alarm_rule'] as string;
  return [...rule.matchAll(/aws_cloudwatch_metric_alarm\.([\w-]+)\.alarm_name/g)].map(([, id = '']) => {
    const alarm = stack.resource(`aws_cloudwatch_metric_alarm.${id}`);
    const metrics = metricsOfAlarms(stack).filter(({ by }) => by.endsWith(`.${id}`));
    const period = Math.max(...metrics.map(({ periodSeconds }) => periodSeconds));
    const datapoints = alarm['datapoints_to_alarm'] as number;
    const spacing = Math.max(period, ONCE_A_MINUTE.includes(id) ? 60 : 0);
    const breaching = datapoints === 1 ? period : spacing + (datapoints - 1) * spacing + period;
    const delay = metrics.some(({ namespace }) => namespace.startsWith('AWS/')) ? ELSEWHERE.awsDelay : ELSEWHERE.emfDelay;
    const { action, rollBack, cache } = ELSEWHERE;
    return {
      id,
      period,
      datapoints,
      breaching,
      delay,
      evaluation: period,
      total: breaching + delay + period + action + rollBack + cache,
    };
  });
}

/** The cost of the alarms of a stack, in dollars a month: https://aws.amazon.com/cloudwatch/pricing/ */
export function alarmCosts(stack: InfraStack): { readonly metrics: number; readonly dollars: number } {
  const metrics = metricsOfAlarms(stack);
  const composites = stack.resources('aws_cloudwatch_composite_alarm').length;
  const dollars = metrics.reduce((sum, { periodSeconds }) => sum + (periodSeconds < 60 ? 0.3 : 0.1), 0.5 * composites);
  return { metrics: metrics.length, dollars };
}

/** Ids of an alarm's queries, and its expression. */
export function mathOf(alarm: Attributes): { readonly expression: string; readonly ids: string[] } | undefined {
  const queries = alarm['metric_query'] as { id: string; expression?: string }[] | undefined;
  const expression = queries?.find((query) => query.expression !== undefined)?.expression;
  if (!queries || expression === undefined) return undefined;
  return { expression, ids: queries.filter((query) => query.expression === undefined).map(({ id }) => id) };
}
