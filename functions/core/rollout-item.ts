/** Key of the rollout among the tunnels: no tunnel can have that name. */
export const ROLLOUT_ID = '#rollout';

/** Raised only for a change that code which knows this shape must not read: it polls until it has been replaced. */
export const ROLLOUT_VERSION = 1;

/** How well requests were answered, measured over the stage that ended. */
export interface CohortFigures {
  /** Average ResponseTime, in ms. */
  readonly responseMs: number;
  /** Share of requests that ended in an error of ours, 0 to 1. */
  readonly errorRate: number;
}

/** The polling cohort's figures: what the event-driven cohort is held against once nobody polls any more. */
export interface Baseline extends CohortFigures {
  /** When they were taken, in ms since the epoch. */
  readonly at: number;
  readonly eventDriven?: CohortFigures;
}

/** The rollout as its item says; each change replaces the whole. Small, because visitors' requests read it. */
export interface RolloutItem {
  readonly version: typeof ROLLOUT_VERSION;
  /** Share of requests that are event-driven, 0 to 100. */
  readonly percent: number;
  readonly percentBefore: number;
  /** When it was changed, in ms since the epoch. Grows with each change, and so tells one from the next. */
  readonly since: number;
  readonly by: string;
  readonly why: string;
  /** Rolled back: closed until somebody resumes it with a reason. */
  readonly latched: boolean;
  /** Doubts that whoever changed it had overruled. */
  readonly overruled?: readonly string[];
  readonly baseline?: Baseline;
}

/** The item in a row, or nothing when it cannot be read. */
export function parseRollout(row: object): RolloutItem | undefined {
  const { version, percent, percentBefore, since, by, why, latched, baseline } = row as Record<string, unknown>;
  const readable =
    version === ROLLOUT_VERSION &&
    isShare(percent) &&
    isShare(percentBefore) &&
    isTime(since) &&
    typeof by === 'string' &&
    typeof why === 'string' &&
    typeof latched === 'boolean' &&
    (baseline === undefined || isBaseline(baseline));
  if (!readable) return undefined;
  const { tunnelId: _, ...item } = row as RolloutItem & { tunnelId?: string };
  return item;
}

const isShare = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100;

/** What a Date can hold: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const isTime = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) < 8.64e15;

function isBaseline(value: unknown): boolean {
  const { at, responseMs, errorRate } = (value ?? {}) as Record<string, unknown>;
  return isTime(at) && Number.isFinite(responseMs) && Number.isFinite(errorRate);
}
