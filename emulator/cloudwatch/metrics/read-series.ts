import type { MetricStatSpec } from '../../specs';
import type { Series } from '../math/math-value';
import type { MetricStore } from './metric-store';
import { statisticNamed } from './statistic';

/** A metric's statistic by period, oldest first; undefined where a period has no data, and everywhere for a metric that there is not. */
export function readSeries(store: MetricStore, metric: MetricStatSpec, from: number, periodMs: number, periods: number): Series {
  const value = statisticNamed(metric.statistic);
  const read = store.readValues({ ...metric, from, to: from + periods * periodMs, periodMs });
  return Array.from({ length: periods }, (_, period) => {
    const values = read.get(period);
    return values && value?.(values);
  });
}
