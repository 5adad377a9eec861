import type { Attributes, InfraStack } from './infra-stack';
import { metricsOfAlarms } from './watched-metrics';

/** How long parts of the way from a fault to polling take that no setting of an alarm says, in seconds. */
const ELSEWHERE = {
  /** A line of a log becomes a metric. Assumed. */
  emfDelay: 30,
  /** A service publishes its metrics of a minute. Assumed, and more for a queue that was idle. */
  awsDelay: 60,
  /** CloudWatch starts roll-back. Assumed. */
  action: 5,
  /** roll-back, with its cold start. Derived from the others. */
  rollBack: 5,
  /** Waiters use a share that they have read for so long (design: timings.rolloutCacheMs). */
  cache: 5,
};

/** Signals that only sweep gives when there is little traffic, or at 100 %: once a minute. */
const ONCE_A_MINUTE = ['event-driven-latency', 'delivery-failures', 'stream-lag', 'probe-missing'];

export interface Timing {
  readonly id: string;
  readonly period: number;
  readonly datapoints: number;
  /** Until enough periods breach, for a fault at the worst moment. */
  readonly breaching: number;
  readonly delay: number;
  /** An alarm is evaluated once a period. */
  readonly evaluation: number;
  readonly total: number;
}

/** From a fault to everybody polling, for each trigger of the composite alarm, in seconds and at worst. */
export function timingsOf(stack: InfraStack): Timing[] {
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

/** What the alarms of a stack cost, in dollars a month: https://aws.amazon.com/cloudwatch/pricing/ */
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
