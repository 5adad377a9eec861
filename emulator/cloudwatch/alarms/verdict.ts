/** How CloudWatch decides on data points: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
import type { AlarmState } from '../../observations';
import type { Comparison, MetricAlarmSpec } from '../../specs';
import type { Series } from '../math/math-value';

/**
 * Number of extra periods that are read before the evaluation periods, in case some have no data. AWS reads extra periods too, but
 * does not say how many. In AWS's examples with three evaluation periods, five are read.
 */
export const EXTRA_PERIODS = 2;

export type AlarmRule = Pick<MetricAlarmSpec, 'comparison' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissingData'>;

export interface AlarmVerdict {
  /** `undefined`: the alarm keeps its state. */
  readonly state: AlarmState | undefined;
  /** The evaluated data points, newest first, each with its age in periods. */
  readonly datapoints: readonly { readonly value: number; readonly age: number }[];
  /** How many missing data points were filled in. */
  readonly filled: number;
}

const BREACHES: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export const breaches = ({ comparison, threshold }: Pick<AlarmRule, 'comparison' | 'threshold'>, value: number): boolean =>
  BREACHES[comparison](value, threshold);

/** @param values values of the evaluation range, oldest first */
export function verdictOn(values: Series, rule: AlarmRule): AlarmVerdict {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const real = [...values]
    .reverse()
    .flatMap((value, age) => (value === undefined ? [] : [{ value, age }]))
    .slice(0, evaluationPeriods);
  const filled = evaluationPeriods - real.length;
  const breaching = real.filter(({ value }) => breaches(rule, value));
  const state = ((): AlarmState | undefined => {
    const badEnough = (count: number): AlarmState => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
    // With enough real data points, or enough breaching ones, the treatment of missing data points does not matter.
    if (filled === 0 || breaching.length >= datapointsToAlarm) return badEnough(breaching.length);
    if (treatMissingData === 'breaching') return badEnough(breaching.length + filled);
    if (treatMissingData === 'notBreaching' || breaching.length < real.length) return 'OK';
    // Every real data point breaches, but there are too few of them. This is AWS's "premature alarm state": if the oldest breach is
    // at least `datapointsToAlarm` periods old, the alarm fires. After a younger breach, a better value may still arrive.
    const unknown = treatMissingData === 'ignore' ? undefined : 'INSUFFICIENT_DATA';
    const oldest = breaching.at(-1);
    if (oldest === undefined || treatMissingData === 'ignore') return unknown;
    return oldest.age + 1 >= datapointsToAlarm ? 'ALARM' : unknown;
  })();
  return { state, datapoints: real, filled };
}
