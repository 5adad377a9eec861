import type { AlarmTransition } from '../emulator/observations';
import type { ByCohort } from './assignments';
import type { RollBackWatch } from './roll-back-watch';
import type { Scenario } from './scenarios';
import type { Seen } from './visitors';

export interface RunOptions {
  /** Divides periods of alarms and times of caches; no clock, no deadline. */
  readonly timeFactor: number;
  /** Arrivals a second. */
  readonly rate: number;
  readonly seed: number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** What happened; times are in ms since the epoch. */
export interface Run extends Pick<RollBackWatch, 'alarmAt' | 'ownAlarmAt' | 'rolledBackAt' | 'allPollingAt'> {
  readonly scenario: Scenario;
  readonly timeFactor: number;
  readonly faultAt: number;
  /** The share was changed before anything was broken. */
  readonly tooEarly: boolean;
  readonly seen: Seen;
  /** Visitors without any end, and rows that nobody removed. */
  readonly unfinished: number;
  /** Requests in flight when the share was set to 0, and those of them that never ended. */
  readonly inFlight: ByCohort;
  readonly stillOpen: number;
  /** What the faults struck. */
  readonly struck: number;
  readonly history: readonly AlarmTransition[];
  readonly mending: Mending | undefined;
}

/** The way forward again after a roll-back. */
export interface Mending {
  /** `next` was refused as long as nobody had resumed. */
  readonly refusedWhileLatched: boolean;
  /** Share after resume and next. */
  readonly percent: number;
  /** Requests from then on. */
  readonly after: ByCohort;
  readonly rolledBackAgain: boolean;
}
