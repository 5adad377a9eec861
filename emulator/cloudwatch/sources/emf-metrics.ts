import type { Logger, LogSink } from '../../services';
import { parseEmf } from '../metrics/emf';
import type { MetricStore } from '../metrics/metric-store';

/** Reads metrics from log lines. Invalid parts are ignored, as on AWS; each reason is logged once per function. */
export function emfMetrics(store: MetricStore, log: Logger): LogSink {
  const told = new Set<string>();
  return ({ functionName, text }) => {
    const line = parseEmf(text);
    if (!line) return;
    for (const datum of line.data) store.add(datum);
    for (const problem of line.problems) {
      const warning = `${functionName} logs metrics that CloudWatch would ignore: ${problem}`;
      if (told.has(warning)) continue;
      told.add(warning);
      log.warn(warning);
    }
  };
}
