/** What the console page is sent: everything is worked out and worded here, the page only shows it. Times are ms since the epoch. */
import type { AlarmTransition, AlarmView } from '../../emulator/observations';
import type { TimelineEntry, TracedRequest } from '../story/story';

/** How long the page looks back, in minutes. */
export const WINDOWS = [5, 15, 60] as const;
export type WindowMinutes = (typeof WINDOWS)[number];

/** What was seen of some requests within the window; a time is missing where there was no request. */
export interface Figures {
  readonly requests: number;
  readonly errors: number;
  /** From the visitor's arrival to the answer, in ms. */
  readonly response: Times;
  /** From the stored answer until the waiter has it, in ms; what the modes differ in. */
  readonly returned: Times;
}

export interface Times {
  readonly average?: number;
  readonly p50?: number;
  readonly p99?: number;
}

export type CohortName = 'event-driven' | 'polling';

export interface ModeFigures extends Figures {
  readonly cohort: CohortName;
  readonly mode: string;
}

export interface Verdict {
  readonly kind: 'better' | 'same' | 'worse' | 'mixed' | 'unknown';
  readonly headline: string;
  readonly detail: string;
}

/** How waiters heard of their answers. */
export interface WakeShare extends Times {
  readonly source: string;
  readonly count: number;
}

export interface ConsoleAlarm extends AlarmView {
  /** Path on this server. */
  readonly runbook?: string;
}

export interface Series {
  readonly name: string;
  /** Which colour: the canary, its control, or the n-th of the others. */
  readonly look: 'canary' | 'control' | 'third' | 'fourth';
  readonly dashed?: boolean;
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface Chart {
  readonly title: string;
  readonly unit: 'ms' | '';
  readonly series: readonly Series[];
}

export interface Overview {
  readonly at: number;
  readonly minutes: WindowMinutes;
  readonly environment: string;
  /** Share of requests that are event-driven; missing until `sweep` has reported it. */
  readonly percent?: number;
  readonly verdict: Verdict;
  readonly canary: Figures;
  readonly control: Figures;
  /** What became of each cohort: those of its requests that were answered in one mode. */
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
