/** What CloudWatch makes of data points: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
import type { AlarmState } from '../../observations';
import type { Comparison, MetricAlarmSpec } from '../../specs';
import type { Series } from '../math/math-value';

/**
 * Periods that are read beyond the evaluation periods, in case some have no data. AWS says that there are some and not how many; in
 * its examples of three evaluation periods it reads five.
 */
export const EXTRA_PERIODS = 2;

export type AlarmRule = Pick<MetricAlarmSpec, 'comparison' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissingData'>;

export interface Verdict {
  /** `undefined`: the alarm stays as it is. */
  readonly state: AlarmState | undefined;
  /** The data points that were looked at, newest first, with the number of periods that each is old. */
  readonly datapoints: readonly { readonly value: number; readonly age: number }[];
  /** How many missing data points were filled in for them. */
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

/** @param values of the evaluation range, oldest first */
export function verdictOn(values: Series, rule: AlarmRule): Verdict {
  const { evaluationPeriods, datapointsToAlarm, treatMissingData } = rule;
  const real = [...values]
    .reverse()
    .flatMap((value, age) => (value === undefined ? [] : [{ value, age }]))
    .slice(0, evaluationPeriods);
  const filled = evaluationPeriods - real.length;
  const breaching = real.filter(({ value }) => breaches(rule, value));
  const state = ((): AlarmState | undefined => {
    const badEnough = (count: number): AlarmState => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
    // With enough real data points, or enough that breach, it does not matter how missing ones are treated.
    if (filled === 0 || breaching.length >= datapointsToAlarm) return badEnough(breaching.length);
    if (treatMissingData === 'breaching') return badEnough(breaching.length + filled);
    if (treatMissingData === 'notBreaching' || breaching.length < real.length) return 'OK';
    // Nothing is left that speaks for OK. "Premature alarm state": what breached so long ago that the rest could have been seen by
    // now alarms; a younger breach may yet be followed by a better value.
    const unknown = treatMissingData === 'ignore' ? undefined : 'INSUFFICIENT_DATA';
    const oldest = breaching.at(-1);
    if (oldest === undefined || treatMissingData === 'ignore') return unknown;
    return oldest.age + 1 >= datapointsToAlarm ? 'ALARM' : unknown;
  })();
  return { state, datapoints: real, filled };
}
