import type { MetricAlarmSpec, MetricQuerySpec, MetricStatSpec } from '../../specs';
import { MathError } from '../math/math-error';
import { QuerySet, type Window } from '../math/query-set';
import type { MetricStore } from '../metrics/metric-store';
import { percentileOf } from '../metrics/statistic';
import { readSeries } from '../metrics/read-series';
import type { Alarm, Transition } from './alarm';
import { AlarmBootError } from './alarm-error';
import { reasonFor } from './reason';
import { EXTRA_PERIODS, verdictOn } from './verdict';

/** A percentile is meaningful only if at least this many samples lie beyond it. */
const SAMPLES_BEYOND = 10;

/** Evaluates one metric alarm, on a metric or an expression. */
export class MetricEvaluator {
  /** True if the period is less than a minute. Such an alarm is evaluated every ten seconds. */
  readonly isHighResolution: boolean;
  private readonly queries: QuerySet;
  private readonly watched: MetricQuerySpec;
  private readonly periodMs: number;

  /**
   * @param timeFactor divides the alarm's periods
   * @throws AlarmBootError for an expression that cannot be computed
   */
  constructor(
    private readonly alarm: Alarm<MetricAlarmSpec>,
    private readonly store: MetricStore,
    timeFactor: number,
  ) {
    const { address, queries } = alarm.spec;
    try {
      this.queries = new QuerySet(queries);
    } catch (error) {
      if (!(error instanceof MathError)) throw error;
      throw new AlarmBootError(`${address}: ${error.message}`);
    }
    this.watched = queries.find(({ returnsData }) => returnsData) as MetricQuerySpec;
    const periodMs = queries.find(({ metric }) => metric)?.metric?.periodMs ?? 60_000;
    this.isHighResolution = periodMs < 60_000;
    this.periodMs = periodMs / timeFactor;
  }

  /** @param end end of the last period, in ms since the epoch */
  evaluate(end: number, now: number): Transition | undefined {
    const { spec, standing } = this.alarm;
    if (this.hasTooFewSamples(end)) return undefined;
    const periods = spec.evaluationPeriods + EXTRA_PERIODS;
    const values = this.queries.seriesOf(this.watched.id, this.windowTo(end, periods));
    const verdict = verdictOn(values, spec);
    if (verdict.state === undefined || verdict.state === standing.state) return undefined;
    const timeOf = (age: number): number => end - (age + 1) * this.periodMs;
    const reason = reasonFor(spec, verdict, { from: standing.state, to: verdict.state }, timeOf);
    const reasonData = JSON.stringify({
      version: '1.0',
      queryDate: new Date(now).toISOString(),
      ...(this.watched.metric && { statistic: this.watched.metric.statistic }),
      period: this.periodMs / 1000,
      recentDatapoints: verdict.datapoints.map(({ value }) => value).reverse(),
      threshold: spec.threshold,
      evaluatedDatapoints: verdict.datapoints.map(({ value, age }) => ({ timestamp: new Date(timeOf(age)).toISOString(), value })),
    });
    return this.alarm.become({ state: verdict.state, reason, reasonData, since: now });
  }

  private windowTo(end: number, periods: number): Window {
    const from = end - periods * this.periodMs;
    return { periods, read: (metric) => readSeries(this.store, metric, from, this.periodMs, periods) };
  }

  /** AWS: "For percentiles between 0.5 and 1.00, … fewer than 10/(1-percentile) data points during the evaluation period." */
  private hasTooFewSamples(end: number): boolean {
    const { evaluatesLowSampleCounts, evaluationPeriods } = this.alarm.spec;
    const { metric } = this.watched;
    const percent = metric && percentileOf(metric.statistic);
    if (evaluatesLowSampleCounts || !metric || percent === undefined) return false;
    const counted: MetricStatSpec = { ...metric, statistic: 'SampleCount' };
    const counts = this.windowTo(end, evaluationPeriods).read(counted);
    const samples = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    return samples < (SAMPLES_BEYOND * 100) / Math.min(percent, 100 - percent);
  }
}
