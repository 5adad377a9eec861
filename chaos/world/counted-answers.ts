import type { Metrics } from '../../emulator/observations';
import type { MetricName } from '../../functions/metric-names';

/** What receive-message counts of answers that it did not simply deliver: so it is seen that attacks and lost wakes have met the tunnel. */
const COUNTED: readonly MetricName[] = ['UnreadableTicket', 'ForeignAnswer', 'LateAnswer', 'RepeatedAnswer', 'WakeFailed'];

/** Longer than any run. In ms. */
const LONG_MS = 2 * 60 * 60 * 1000;

/** The sums of these metrics since the cloud's start; a metric without values is left out. */
export function countedAnswers(metrics: Metrics, now: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { unit: _, ...id } of metrics.list()) {
    if (!COUNTED.some((name) => name === id.name)) continue;
    const points = metrics.read({ ...id, statistic: 'Sum', periodMs: 2 * LONG_MS, from: now - LONG_MS, to: now + LONG_MS });
    for (const { value } of points) counts[id.name] = (counts[id.name] ?? 0) + value;
  }
  return counts;
}
