import type { MetricStatSpec } from '../../specs';
import type { Series } from '../math/math-value';
import type { MetricStore } from './metric-store';
import { statisticNamed } from './statistic';

/** A metric's statistic per period, oldest first. Undefined for a period without data, and for all periods of an unknown metric. */
export function readSeries(store: MetricStore, metric: MetricStatSpec, from: number, periodMs: number, periods: number): Series {
  const value = statisticNamed(metric.statistic);
  const read = store.readValues({ ...metric, from, to: from + periods * periodMs, periodMs });
  return Array.from({ length: periods }, (_, period) => {
    const values = read.get(period);
    return values && value?.(values);
  });
}
