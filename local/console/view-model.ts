/**
 * The data that the console page gets. The server computes and words everything; the page only shows it. Times are in ms since the epoch.
 */
import type { AlarmTransition, AlarmView } from '../../emulator/observations';
import type { TimelineEntry } from '../story/story';
import type { Visit } from '../story/visits';

/** How long tables and charts look back, in minutes. The headline always judges the last minute. */
export const WINDOWS = [1, 5, 15, 60] as const;
export type WindowMinutes = (typeof WINDOWS)[number];

/** Figures of a group of requests within the window. A time is missing when there was no request. */
export interface Figures {
  readonly requests: number;
  readonly errors: number;
  /** From the visitor's arrival to the answer, in ms. */
  readonly response: TimeStatistics;
  /** From the stored answer until the waiter has the answer, in ms. The modes differ in this time. */
  readonly returned: TimeStatistics;
}

export interface TimeStatistics {
  readonly average?: number;
  readonly p50?: number;
  readonly p99?: number;
}

export type CohortName = 'event-driven' | 'polling';

export interface ModeFigures extends Figures {
  readonly cohort: CohortName;
  readonly mode: string;
}

/** The state of the tunnel: what is broken, otherwise how the canary compares. */
export interface Verdict {
  readonly kind: 'good' | 'warning' | 'bad' | 'unknown';
  /** The first line of the page. */
  readonly headline: string;
  /** Sentences that explain it. */
  readonly points: readonly string[];
}

/**
 * `failed`: an error whose cause is the tunnel (docs/errors.md), API Gateway or the local service, 429 included. `turned-away`: an error
 * whose cause is the visitor.
 */
export type Fate = 'answered' | 'turned-away' | 'failed';

interface Counted {
  readonly label: string;
  readonly count: number;
}

/** What visitors got. The most frequent errors are first. */
export interface Answers {
  readonly visits: number;
  readonly failed: readonly Counted[];
  readonly turnedAway: readonly Counted[];
}

/** The stored rollout, and what an operator does next. */
export interface RolloutCard {
  /** `open`: the share applies, and can be changed. */
  readonly state: 'open' | 'latched' | 'switched-off' | 'malformed' | 'unreadable';
  /** Missing if the rollout could not be read. */
  readonly percent?: number;
  /** The last change; missing while the environment's setting applies. */
  readonly change?: { readonly since: number; readonly by: string; readonly why: string; readonly overruled?: readonly string[] };
  /** Why the rollout could not be read. */
  readonly trouble?: string;
  readonly next: { readonly command?: string; readonly text: string };
}

/** A visit as the list of requests shows it. */
export interface RequestRow extends Visit {
  readonly fate: Fate;
  readonly tunnelId?: string;
  readonly mode?: string;
}

/** How many wakes came from one source, and their latency. */
export interface WakeShare extends TimeStatistics {
  readonly source: string;
  readonly count: number;
}

export interface ConsoleAlarm extends AlarmView {
  /** Whether it is in ALARM, or has lost its data: `sweep-missing` never gets further than that. */
  readonly isOn: boolean;
  /** Path on this server. */
  readonly runbook?: string;
}

export interface ChartSeries {
  readonly name: string;
  /** Colour of the line: the canary's, the control's, or that of a third or fourth line. */
  readonly look: 'canary' | 'control' | 'third' | 'fourth';
  readonly dashed?: boolean;
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface Chart {
  readonly title: string;
  readonly unit: 'ms' | '';
  readonly series: readonly ChartSeries[];
}

export interface Overview {
  readonly at: number;
  readonly minutes: WindowMinutes;
  readonly environment: string;
  readonly verdict: Verdict;
  readonly rollout: RolloutCard;
  readonly canary: Figures;
  readonly control: Figures;
  /** Each cohort's requests, grouped by the mode in which they were answered. */
  readonly modes: readonly ModeFigures[];
  readonly wakes: readonly WakeShare[];
  /** Those that are on first. */
  readonly alarms: readonly ConsoleAlarm[];
  /** Newest first. */
  readonly history: readonly AlarmTransition[];
  readonly periodMs: number;
  readonly charts: readonly Chart[];
  /** Newest first. */
  readonly requests: readonly RequestRow[];
}

export interface ConsoleLine {
  readonly at: number;
  readonly functionName: string;
  readonly kind: 'message' | 'metrics' | 'frame';
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly requestId?: string;
}

export interface RequestStory {
  readonly requestId: string;
  readonly entries: readonly TimelineEntry[];
}
