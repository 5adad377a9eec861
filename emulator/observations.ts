/**
 * The observable data of a running local cloud (metrics, alarms, logs), as CloudWatch shows them. `npm start`, the console page,
 * the CloudWatch API and rehearsals read them. Times are ms since the epoch.
 */
import type { EventEmitter } from 'node:events';
import type { LogLine } from './services';

export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  /** The complete set of dimensions: CloudWatch finds a metric only by its complete set. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99` and `p99.9`. */
export type Statistic = string;

export interface MetricQuery extends MetricId {
  readonly statistic: Statistic;
  readonly periodMs: number;
  /** The first period begins here; the last one begins before `to`. */
  readonly from: number;
  readonly to: number;
}

/** One period that has data. */
export interface MetricPoint {
  /** When the period begins. */
  readonly at: number;
  readonly value: number;
}

export interface Metrics {
  list(): readonly (MetricId & { readonly unit: string })[];
  read(query: MetricQuery): readonly MetricPoint[];
}

export const ALARM_STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export interface AlarmView {
  readonly address: string;
  readonly name: string;
  readonly kind: 'metric' | 'composite';
  readonly description: string;
  readonly state: AlarmState;
  /** Why the alarm is in this state, for people. */
  readonly reason: string;
  readonly since: number;
}

export interface AlarmTransition {
  readonly at: number;
  readonly name: string;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
}

export interface Alarms {
  list(): readonly AlarmView[];
  /** Oldest first. */
  history(): readonly AlarmTransition[];
  readonly events: EventEmitter<{ transition: [AlarmTransition] }>;
}

export interface Logs {
  /** The newest `limit` lines, oldest first. */
  recent(limit: number): readonly LogLine[];
  readonly events: EventEmitter<{ line: [LogLine] }>;
}
