/**
 * The data that the console page gets. The server computes and words everything; the page only shows it. Times are in ms since the epoch.
 */
import type { AlarmTransition, AlarmView } from '../../emulator/observations';
import type { TimelineEntry, TracedRequest } from '../story/story';

/** How long the page looks back, in minutes. */
export const WINDOWS = [5, 15, 60] as const;
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

export interface CanaryVerdict {
  readonly kind: 'better' | 'same' | 'worse' | 'mixed' | 'unknown';
  readonly headline: string;
  readonly detail: string;
}

/** How many wakes came from one source, and their latency. */
export interface WakeShare extends TimeStatistics {
  readonly source: string;
  readonly count: number;
}

export interface ConsoleAlarm extends AlarmView {
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
  /** Share of requests that are event-driven; missing until `sweep` has reported it. */
  readonly percent?: number;
  readonly verdict: CanaryVerdict;
  readonly canary: Figures;
  readonly control: Figures;
  /** Each cohort's requests, grouped by the mode in which they were answered. */
  readonly modes: readonly ModeFigures[];
  readonly wakes: readonly WakeShare[];
  readonly alarms: readonly ConsoleAlarm[];
  /** Newest first. */
  readonly history: readonly AlarmTransition[];
  readonly periodMs: number;
  readonly charts: readonly Chart[];
  readonly requests: readonly TracedRequest[];
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
