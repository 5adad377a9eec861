import { metricNamespace, type MetricName } from '../../functions/metric-names';
import type { Alarms, Metrics, Statistic } from '../../emulator/observations';
import type { Traces } from '../story/story';
import { charts, PERIODS } from './charts';
import { compare } from './verdict';
import type { CohortName, ConsoleAlarm, Figures, ModeFigures, Overview, TimeStatistics, WakeShare, WindowMinutes } from './view-model';

export interface OverviewSources {
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  readonly traces: Traces;
}

/** Age, in ms, at which the value of a gauge is ignored. `sweep` reports the rollout once a minute. */
const GAUGE_MS = 5 * 60_000;
const REQUESTS_SHOWN = 50;
const TRANSITIONS_SHOWN = 50;

/** Everything that the page shows at one moment, except the logs. */
export function overviewOf(
  { metrics, alarms, traces }: OverviewSources,
  minutes: WindowMinutes,
  now: number,
  environment: string,
): Overview {
  const window = { from: now - minutes * 60_000, to: now };
  const namespace = metricNamespace(environment);
  const look = new Look(metrics, namespace, window.from, window.to);
  const canary = look.figures({ cohort: 'event-driven' });
  const control = look.figures({ cohort: 'polling' });
  const gauges = new Look(metrics, namespace, now - GAUGE_MS, now);
  const percent = gauges.latest('RolloutPercent', { service: 'sweep' });
  return {
    at: now,
    minutes,
    environment,
    ...(percent !== undefined && { percent }),
    verdict: compare(canary, control, minutes, gauges.latest('BaselineReturnTime', { service: 'sweep' })),
    canary,
    control,
    modes: look.modes(),
    wakes: look.wakes(),
    alarms: alarms
      .list()
      .map(withRunbook)
      .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name)),
    history: alarms.history().slice(-TRANSITIONS_SHOWN).reverse(),
    periodMs: PERIODS[minutes],
    charts: charts(metrics, namespace, minutes, now),
    requests: traces.recent(REQUESTS_SHOWN),
  };
}

const ORDER = ['ALARM', 'INSUFFICIENT_DATA', 'OK'];

/** Adds the runbook that an alarm's description names. */
function withRunbook(alarm: ReturnType<Alarms['list']>[number]): ConsoleAlarm {
  const runbook = /Runbook: docs\/(runbooks\/[a-z0-9-]+\.md)/.exec(alarm.description)?.[1];
  return { ...alarm, ...(runbook !== undefined && { runbook: `/${runbook}` }) };
}

/** Reads this project's metrics over one whole window. */
class Look {
  constructor(
    private readonly metrics: Metrics,
    private readonly namespace: string,
    private readonly from: number,
    private readonly to: number,
  ) {}

  modes(): ModeFigures[] {
    return this.metrics
      .list()
      .filter(({ namespace, name, dimensions }) => namespace === this.namespace && name === 'Requests' && dimensions['mode'] !== undefined)
      .map(({ dimensions }) => ({ cohort: dimensions['cohort'] as CohortName, mode: dimensions['mode'] ?? '' }))
      .map((by) => ({ ...by, ...this.figures(by) }))
      .filter(({ requests }) => requests > 0)
      .sort((a, b) => a.cohort.localeCompare(b.cohort) || a.mode.localeCompare(b.mode));
  }

  figures(by: { readonly cohort: CohortName; readonly mode?: string }): Figures {
    const dimensions = { service: 'forward-request', ...by };
    return {
      requests: this.value('Requests', dimensions, 'Sum') ?? 0,
      errors: this.value('RequestErrors', dimensions, 'Sum') ?? 0,
      response: this.times('ResponseTime', dimensions),
      returned: this.times('ReturnTime', dimensions),
    };
  }

  wakes(): WakeShare[] {
    return ['direct', 'bus', 'safety-read'].map((source) => {
      const dimensions = { service: 'forward-request', source };
      return { source, count: this.value('WakeLatency', dimensions, 'SampleCount') ?? 0, ...this.times('WakeLatency', dimensions) };
    });
  }

  /** The newest value of a gauge. */
  latest(name: string, dimensions: Record<string, string>): number | undefined {
    const { namespace, from, to } = this;
    return this.metrics.read({ namespace, name, dimensions, statistic: 'Maximum', periodMs: 1000, from, to }).at(-1)?.value;
  }

  private times(name: MetricName, dimensions: Record<string, string>): TimeStatistics {
    const [average, p50, p99] = ['Average', 'p50', 'p99'].map((statistic) => this.value(name, dimensions, statistic));
    return { ...(average !== undefined && { average }), ...(p50 !== undefined && { p50 }), ...(p99 !== undefined && { p99 }) };
  }

  private value(name: MetricName, dimensions: Record<string, string>, statistic: Statistic): number | undefined {
    const { namespace, from, to } = this;
    return this.metrics.read({ namespace, name, dimensions, statistic, periodMs: to - from, from, to })[0]?.value;
  }
}
