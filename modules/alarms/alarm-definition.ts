import type { Environment, PerFunction } from '../../environments';
import type { MetricReference } from './metric-reference';

/**
 * An alarm as data. All alarms treat late and missing data in the same way:
 *
 * - Functions emit their metrics as log lines (EMF). These arrive some seconds late, so the newest period is often incomplete.
 *   A share divides two numbers of the same line, which arrive together. `datapoints` covers more periods than must breach, so
 *   the alarm sees a period again when the period is complete.
 * - `FILL(…, 0)` is for numbers that are only emitted when something happens (errors), never for a divisor: without requests
 *   there must be no datapoint, not a share of 0 or infinity.
 * - `SUM(METRICS())` and `MAX([…])` use the metrics that have data; a metric without data in a period adds nothing.
 * - Missing data is not a fault (`notBreaching`): at night there may be no visitors. Only sweep's heartbeat must never be missing.
 */
export interface AlarmDefinition {
  /** The alarm's Terraform name, the last part of its name in AWS, and the name of its runbook. */
  readonly id: string;
  /** What the alarm means when it is on: a sentence without the full stop. */
  readonly meaning: string;
  /** The metrics that the alarm reads; each key is the metric's name in the expression. */
  readonly metrics: Readonly<Record<string, MetricReference>>;
  /** Metric math. An alarm on one unchanged metric needs none. */
  readonly expression?: string;
  readonly breaches: 'above' | 'below';
  readonly threshold: number;
  /** Below 60 the alarm has high resolution, which costs three times as much. AWS publishes its own metrics once a minute. */
  readonly periodSeconds: 30 | 60 | 300;
  /** The alarm goes on when `breaching` of the last `of` periods breach. */
  readonly datapoints: readonly [breaching: number, of: number];
  /** `missing`: the alarm reports missing data as the state INSUFFICIENT_DATA. */
  readonly silence: 'notBreaching' | 'missing';
}

/** An EventBridge rule, by the dimensions of its metrics. */
export interface WatchedRule {
  readonly EventBusName: string;
  readonly RuleName: string;
}

/** The names in AWS of the resources that alarms watch. A name may be a Terraform reference. */
export interface AlarmTargets {
  readonly environment: Environment;
  readonly functions: PerFunction<string>;
  readonly visitorApiId: string;
  /** The rule from the bus to wake-waiter. */
  readonly responseRule: WatchedRule;
  /** The queues for an answer's record, event or wake that could not be delivered. */
  readonly answerQueues: Readonly<Record<string, string>>;
  /** The queues for failed starts of sweep. */
  readonly sweepQueues: Readonly<Record<string, string>>;
}
