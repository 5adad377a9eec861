import type { MetricId, MetricPoint, Metrics, Statistic } from '../../emulator/observations';
import type { Chart, ChartSeries, WindowMinutes } from './view-model';

/** Length of a period for each window, in ms: sixty points in each line. */
export const PERIODS: Record<WindowMinutes, number> = { 1: 1_000, 5: 5_000, 15: 15_000, 60: 60_000 };

interface Line extends Pick<ChartSeries, 'name' | 'look' | 'dashed'> {
  readonly metric: Omit<MetricId, 'namespace'>;
  readonly statistic: Statistic;
}

/** The charts of the page: canary and control first, then wakes and stream lag. */
export function charts(metrics: Metrics, namespace: string, minutes: WindowMinutes, now: number): Chart[] {
  const periodMs = PERIODS[minutes];
  // Only whole periods are shown, so that drawn points do not change. A period that has just begun would look like a sudden drop.
  const to = Math.floor(now / periodMs) * periodMs;
  const from = to - minutes * 60_000;
  return CHARTS.map(({ title, unit, lines }) => ({
    title,
    unit,
    series: lines.map(({ metric, statistic, ...series }) => ({
      ...series,
      points: pointsOf(
        metrics.read({ namespace, ...metric, statistic, periodMs, from, to }),
        unit === '' ? { from, to, periodMs } : undefined,
      ),
    })),
  }));
}

/** @param counted the window of a counted metric: once the metric has data, a period without data counts as 0 */
function pointsOf(points: readonly MetricPoint[], counted?: { from: number; to: number; periodMs: number }): ChartSeries['points'] {
  if (!counted || points.length === 0) return points.map(({ at, value }) => [at, value] as const);
  const { from, to, periodMs } = counted;
  const values = new Map(points.map(({ at, value }) => [at, value]));
  return Array.from(
    { length: Math.round((to - from) / periodMs) },
    (_, i) => [from + i * periodMs, values.get(from + i * periodMs) ?? 0] as const,
  );
}

const ours = (name: string, service: string, dimensions: Record<string, string> = {}): Line['metric'] => ({
  name,
  dimensions: { service, ...dimensions },
});
const ofCohort = (name: string, cohort: string, mode?: string): Line['metric'] =>
  ours(name, 'forward-request', { cohort, ...(mode !== undefined && { mode }) });

const cohorts = (name: string, statistic: Statistic, dashed?: boolean): Line[] => [
  { name: `canary ${statistic}`, look: 'canary', metric: ofCohort(name, 'event-driven'), statistic, ...(dashed && { dashed }) },
  { name: `control ${statistic}`, look: 'control', metric: ofCohort(name, 'polling'), statistic, ...(dashed && { dashed }) },
];
const totals = (name: string): Line[] => cohorts(name, 'Sum').map((line) => ({ ...line, name: line.name.replace(' Sum', '') }));

const CHARTS: readonly (Omit<Chart, 'series'> & { readonly lines: readonly Line[] })[] = [
  { title: 'Response time', unit: 'ms', lines: [...cohorts('ResponseTime', 'p50'), ...cohorts('ResponseTime', 'p99', true)] },
  {
    title: 'Return time, p50 by mode',
    unit: 'ms',
    lines: [
      { name: 'direct', look: 'canary', metric: ofCohort('ReturnTime', 'event-driven', 'direct'), statistic: 'p50' },
      { name: 'bus', look: 'third', metric: ofCohort('ReturnTime', 'event-driven', 'bus'), statistic: 'p50' },
      { name: 'fallen back to polling', look: 'fourth', metric: ofCohort('ReturnTime', 'event-driven', 'polling'), statistic: 'p50' },
      { name: 'polling', look: 'control', metric: ofCohort('ReturnTime', 'polling', 'polling'), statistic: 'p50' },
    ],
  },
  { title: 'Requests', unit: '', lines: totals('Requests') },
  {
    title: 'Errors',
    unit: '',
    lines: [
      ...totals('RequestErrors'),
      { name: 'missed their event', look: 'third', metric: ofCohort('EventDrivenErrors', 'event-driven'), statistic: 'Sum' },
      { name: 'refused by the tunnel', look: 'fourth', metric: ours('Refusals', 'forward-request', { cause: 'tunnel' }), statistic: 'Sum' },
    ],
  },
  {
    title: 'Wakes by source',
    unit: '',
    lines: (['direct', 'bus', 'safety-read'] as const).map((source, i) => ({
      name: source,
      look: (['canary', 'third', 'fourth'] as const)[i] ?? 'fourth',
      metric: ours('WakeLatency', 'forward-request', { source }),
      statistic: 'SampleCount',
    })),
  },
  {
    title: 'Stream lag',
    unit: 'ms',
    lines: [
      { name: 'average', look: 'third', metric: ours('StreamLag', 'process-stream'), statistic: 'Average' },
      { name: 'maximum', look: 'fourth', metric: ours('StreamLag', 'process-stream'), statistic: 'Maximum' },
    ],
  },
];
