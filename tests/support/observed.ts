import { EventEmitter } from 'node:events';
import { LogStore } from '../../emulator/logs/log-store';
import { metricNamespace } from '../../functions/metric-names';
import type { RolloutItem } from '../../functions/core/rollout-item';
import type { StoredRollout } from '../../functions/core/rollout-store';
import type { RolloutSource } from '../../local/console/local-rollout';
import { LocalTraces } from '../../local/story/local-traces';
import { LocalVisits, type Visit } from '../../local/story/visits';
import type { Alarms, AlarmTransition, AlarmView, MetricId, MetricQuery, Metrics } from '../../emulator/observations';

interface Sample {
  readonly at: number;
  readonly value: number;
}

/** Metrics of the environment `local` that a test writes. They are read as from CloudWatch. */
export class WrittenMetrics implements Metrics {
  private readonly samples = new Map<string, { id: MetricId; samples: Sample[] }>();

  /** Adds one value to each of the dimension sets. */
  put(name: string, value: number, sets: readonly Readonly<Record<string, string>>[], at = Date.now()): void {
    for (const dimensions of sets) {
      const id = { namespace: metricNamespace('local'), name, dimensions };
      const entry = this.samples.get(keyOf(id)) ?? { id, samples: [] };
      this.samples.set(keyOf(id), entry);
      entry.samples.push({ at, value });
    }
  }

  clear(): void {
    this.samples.clear();
  }

  list(): readonly (MetricId & { readonly unit: string })[] {
    return [...this.samples.values()].map(({ id }) => ({ ...id, unit: 'Count' }));
  }

  read({ statistic, periodMs, from, to, ...id }: MetricQuery): { at: number; value: number }[] {
    const periods = new Map<number, number[]>();
    for (const { at, value } of this.samples.get(keyOf(id))?.samples ?? []) {
      if (at < from || at >= to) continue;
      const begins = from + Math.floor((at - from) / periodMs) * periodMs;
      periods.set(begins, [...(periods.get(begins) ?? []), value]);
    }
    return [...periods].sort(([a], [b]) => a - b).map(([at, values]) => ({ at, value: statisticOf(statistic, values) }));
  }
}

const keyOf = ({ namespace, name, dimensions }: MetricId): string => JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

function statisticOf(statistic: string, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  if (statistic === 'Sum') return sum;
  if (statistic === 'SampleCount') return sorted.length;
  if (statistic === 'Average') return sum / sorted.length;
  if (statistic === 'Maximum') return sorted.at(-1) ?? 0;
  if (statistic === 'Minimum') return sorted[0] ?? 0;
  return sorted[Math.min(sorted.length - 1, Math.floor((Number(statistic.slice(1)) / 100) * sorted.length))] ?? 0;
}

/** Alarms whose states a test sets. */
export class SetAlarms implements Alarms {
  readonly events = new EventEmitter<{ transition: [AlarmTransition] }>();
  private readonly views = new Map<string, AlarmView>();
  private readonly transitions: AlarmTransition[] = [];

  set(view: AlarmView): void {
    const before = this.views.get(view.name);
    this.views.set(view.name, view);
    if (!before || before.state === view.state) return;
    const transition = { at: view.since, name: view.name, from: before.state, to: view.state, reason: view.reason };
    this.transitions.push(transition);
    this.events.emit('transition', transition);
  }

  clear(): void {
    this.views.clear();
  }

  list(): readonly AlarmView[] {
    return [...this.views.values()];
  }

  history(): readonly AlarmTransition[] {
    return this.transitions;
  }
}

/** A rollout that a test sets: an environment whose settings say 25 %. */
class SetRollout implements RolloutSource {
  readonly initialPercent = 25;
  useEventDriven = true;
  item: RolloutItem | undefined;

  async read(): Promise<StoredRollout> {
    return { ...(this.item && { item: this.item }), isMalformed: false, revision: this.item?.since };
  }
}

/** Everything that a console shows, for tests without a cloud. All of it is empty at first. */
export function consoleSources() {
  const logs = new LogStore();
  return {
    logs,
    traces: new LocalTraces(logs),
    visits: new LocalVisits(),
    metrics: new WrittenMetrics(),
    alarms: new SetAlarms(),
    rollout: new SetRollout(),
    environment: 'local',
  };
}

/** A visit of now: answered by the tunnel's agent unless `more` says otherwise. */
export const visitOf = (more: Partial<Visit> = {}): Visit => ({
  at: Date.now(),
  method: 'GET',
  path: '/demo/',
  status: 200,
  ms: 40,
  requestId: '11111111-aaaa',
  ...more,
});
