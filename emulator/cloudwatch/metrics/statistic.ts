import type { Distribution } from './distribution';

/** Computes a statistic; requires at least one value. */
export type ReadStatistic = (values: Distribution) => number;

const BY_NAME: Readonly<Record<string, ReadStatistic>> = {
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
  SampleCount: ({ count }) => count,
};

/**
 * The supported statistics of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html:
 * the five basic statistics and percentiles.
 * @returns undefined for any other statistic
 */
export function statisticNamed(name: string): ReadStatistic | undefined {
  const percent = percentileOf(name);
  if (percent !== undefined) return (values) => values.percentile(percent);
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

/** `p99.9` → 99.9 */
export function percentileOf(statistic: string): number | undefined {
  const digits = /^p(\d{1,3}(?:\.\d+)?)$/.exec(statistic)?.[1];
  const percent = Number(digits);
  return digits !== undefined && percent <= 100 ? percent : undefined;
}

export const KNOWN_STATISTICS = [...Object.keys(BY_NAME), 'pNN'].join(', ');
