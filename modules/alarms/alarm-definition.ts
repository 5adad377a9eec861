import type { Environment } from '../../environments';
import type { FunctionName } from '../../functions/settings';
import type { MetricReference } from './metric-reference';

/**
 * An alarm as data. How late data and no data are read, for all of them:
 *
 * - Our functions' metrics are lines of their logs (EMF) and arrive some seconds late, so the newest period is often incomplete.
 *   Shares divide two numbers of the same line, which arrive together; `datapoints` of more periods than must breach let the alarm
 *   see a period again when it is complete.
 * - `FILL(…, 0)` stands for what is only counted when it happens (errors), never for what it is divided by: without requests
 *   there is no datapoint, and not a share of 0 or of infinity.
 * - `SUM(METRICS())` and `MAX([…])` take what there is; a metric without data in a period adds nothing.
 * - Silence is not a fault of its own (`notBreaching`): at night nobody comes. What must never be silent is sweep's heartbeat.
 */
export interface AlarmDefinition {
  /** Its Terraform name, the last part of its name in AWS, and its runbook's name. */
  readonly id: string;
  /** What it says when it is on: a sentence without its full stop. */
  readonly meaning: string;
  /** What is read; the key is its name in the expression. */
  readonly metrics: Readonly<Record<string, MetricReference>>;
  /** Metric math; an alarm on one metric as it is has none. */
  readonly expression?: string;
  readonly breaches: 'above' | 'below';
  readonly threshold: number;
  /** Below a minute: high resolution, which is billed threefold. AWS's own metrics come by the minute. */
  readonly periodSeconds: 30 | 60 | 300;
  /** So many of the last so many periods must breach. */
  readonly datapoints: readonly [breaching: number, of: number];
  /** `missing`: no data at all is told of by itself, as INSUFFICIENT_DATA. */
  readonly silence: 'notBreaching' | 'missing';
}

/** A rule that hands events over, as EventBridge's metrics name it. */
export interface WatchedRule {
  readonly EventBusName: string;
  readonly RuleName: string;
}

/** What alarms watch: names in AWS, which may be references. */
export interface AlarmTargets {
  readonly environment: Environment;
  readonly functions: Readonly<Record<FunctionName, string>>;
  readonly visitorApiId: string;
  /** The rule from the bus to wake-waiter. */
  readonly responseRule: WatchedRule;
  /** Where an answer's record, event or wake ends that could not be delivered. */
  readonly answerQueues: Readonly<Record<string, string>>;
  /** Where starts of sweep end that failed. */
  readonly sweepQueues: Readonly<Record<string, string>>;
}
