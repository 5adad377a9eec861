import type { AlarmTransition } from '../emulator/observations';
import type { ByCohort } from './assignments';
import type { RollBackWatch } from './roll-back-watch';
import type { Scenario } from './scenarios';
import type { Seen } from './visitors';

export interface RunOptions {
  /** Divides periods of alarms and times of caches, but no clock and no deadline. */
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
  /** The share was changed before the fault began. */
  readonly tooEarly: boolean;
  readonly seen: Seen;
  /** Visitors whose request never ended, and rows that nobody removed. */
  readonly unfinished: number;
  /** Requests in flight when the share was set to 0, and the number of these requests that never ended. */
  readonly inFlight: ByCohort;
  readonly stillOpen: number;
  /** How often the faults struck. */
  readonly struck: number;
  readonly history: readonly AlarmTransition[];
  readonly mending: Mending | undefined;
}

/** What happened when the share was raised again after a rollback. */
export interface Mending {
  /** Whether `next` was refused before anybody had resumed. */
  readonly refusedWhileLatched: boolean;
  /** Share after resume and next. */
  readonly percent: number;
  /** Requests assigned after `next`. */
  readonly after: ByCohort;
  readonly rolledBackAgain: boolean;
}
