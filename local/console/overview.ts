import { metricNamespace, type MetricName } from '../../functions/metric-names';
import type { StoredRollout } from '../../functions/core/rollout-store';
import type { Alarms, Metrics, Statistic } from '../../emulator/observations';
import { shortName } from '../../environments/physical-name';
import type { Traces } from '../story/story';
import type { Visits } from '../story/visits';
import { answersOf, fateOf } from './answers';
import { charts, PERIODS } from './charts';
import type { RolloutSource } from './local-rollout';
import { rolloutCard } from './rollout-card';
import { judge } from './verdict';
import type {
  CohortName,
  ConsoleAlarm,
  Figures,
  ModeFigures,
  Overview,
  RequestRow,
  TimeStatistics,
  WakeShare,
  WindowMinutes,
} from './view-model';

export interface OverviewSources {
  readonly metrics: Metrics;
  readonly alarms: Alarms;
  readonly traces: Traces;
  readonly visits: Visits;
  readonly rollout: RolloutSource;
  /** The environment's name. */
  readonly environment: string;
}

/** What the headline judges, in ms: whoever looks wants to know how it is now, and a fault of an hour ago must not hide one of now. */
const JUDGED_MS = 60_000;
const REQUESTS_SHOWN = 50;
const TRANSITIONS_SHOWN = 50;

/** Everything that the page shows at one moment, except the logs. */
export async function overviewOf(sources: OverviewSources, minutes: WindowMinutes, now: number): Promise<Overview> {
  const { metrics, visits, rollout, environment } = sources;
  const namespace = metricNamespace(environment);
  const stored = await rollout.read().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  const alarms = shownAlarms(sources.alarms);
  const alarmsOn = alarms.filter(({ isOn }) => isOn).map(({ name }) => shortName(name));
  const card = rolloutCard({ ...rollout, stored, environment, alarmsOn });
  const look = new Look(metrics, namespace, now - minutes * 60_000, now);
  const lately = new Look(metrics, namespace, now - JUDGED_MS, now);
  return {
    at: now,
    minutes,
    environment,
    verdict: judge({
      rollout: card,
      alarmsOn,
      answers: answersOf(visits.since(now - JUDGED_MS)),
      canary: lately.figures({ cohort: 'event-driven' }),
      control: lately.figures({ cohort: 'polling' }),
      missedEvents: lately.missedEvents(),
      baselineMs: baselineOf(stored),
    }),
    rollout: card,
    canary: look.figures({ cohort: 'event-driven' }),
    control: look.figures({ cohort: 'polling' }),
    modes: look.modes(),
    wakes: look.wakes(),
    alarms,
    history: sources.alarms.history().slice(-TRANSITIONS_SHOWN).reverse(),
    periodMs: PERIODS[minutes],
    charts: charts(metrics, namespace, minutes, now),
    requests: shownRequests(sources),
  };
}

const baselineOf = (stored: StoredRollout | Error): number | undefined =>
  stored instanceof Error ? undefined : stored.item?.baseline?.returnMs;

function shownAlarms(alarms: Alarms): ConsoleAlarm[] {
  const changed = new Set(alarms.history().map(({ name }) => name));
  return alarms
    .list()
    .map((alarm) => ({
      ...alarm,
      isOn: alarm.state === 'ALARM' || (alarm.state === 'INSUFFICIENT_DATA' && changed.has(alarm.name)),
      ...runbookOf(alarm.description),
    }))
    .sort((a, b) => Number(b.isOn) - Number(a.isOn) || ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name));
}

const ORDER = ['ALARM', 'INSUFFICIENT_DATA', 'OK'];

/** The runbook that an alarm's description names. */
function runbookOf(description: string): { runbook?: string } {
  const runbook = /Runbook: (docs\/runbooks\/[a-z0-9-]+\.md)/.exec(description)?.[1];
  return runbook === undefined ? {} : { runbook: `/${runbook}` };
}

/** The newest visits, with what their traces know: the tunnel and the mode. */
function shownRequests({ visits, traces }: OverviewSources): RequestRow[] {
  const traced = new Map(traces.recent(2 * REQUESTS_SHOWN).map((request) => [request.requestId, request]));
  return visits.recent(REQUESTS_SHOWN).map((visit) => {
    const { tunnelId, mode } = traced.get(visit.requestId ?? '') ?? {};
    return { ...visit, fate: fateOf(visit), ...(tunnelId !== undefined && { tunnelId }), ...(mode !== undefined && { mode }) };
  });
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

  missedEvents(): number {
    return this.value('EventDrivenErrors', { service: 'forward-request', cohort: 'event-driven' }, 'Sum') ?? 0;
  }

  wakes(): WakeShare[] {
    return ['direct', 'bus', 'safety-read'].map((source) => {
      const dimensions = { service: 'forward-request', source };
      return { source, count: this.value('WakeLatency', dimensions, 'SampleCount') ?? 0, ...this.times('WakeLatency', dimensions) };
    });
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
