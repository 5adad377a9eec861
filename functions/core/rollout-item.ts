/** Key of the rollout item in the tunnels table. No tunnel can have this name. */
export const ROLLOUT_ID = '#rollout';

/** Version of the shape of the item. Raise it only for a change that older code must not read: such code polls until it is replaced. */
export const ROLLOUT_VERSION = 1;

/** How well the requests of a cohort were answered, measured over the stage that ended. */
export interface CohortFigures {
  /** Average ResponseTime, in ms. For people only: it says more about local services than about the answer path. */
  readonly responseMs: number;
  /** Average ReturnTime, in ms. Missing if no request was answered, and in items of older code. */
  readonly returnMs?: number;
  /** Share of requests that ended in an error of the tunnel (tunnel-error.ts), 0 to 1. */
  readonly errorRate: number;
}

/** The polling cohort's figures. The event-driven cohort is compared with them once no request polls any more. */
export interface Baseline extends CohortFigures {
  /** When the figures were taken, in ms since the epoch. */
  readonly at: number;
  readonly eventDriven?: CohortFigures;
}

/** The rollout item. Each change replaces the whole item. The item is small, because visitors' requests read it. */
export interface RolloutItem {
  readonly version: typeof ROLLOUT_VERSION;
  /** Share of requests that are event-driven, 0 to 100. */
  readonly percent: number;
  readonly percentBefore: number;
  /** When the item was changed, in ms since the epoch. The time grows with each change, so that it also identifies the change. */
  readonly since: number;
  readonly by: string;
  readonly why: string;
  /** After a rollback: the share stays at 0 % until a person resumes the rollout with a reason. */
  readonly latched: boolean;
  /** Codes of the obstacles that the person who made the change overruled. */
  readonly overruled?: readonly string[];
  readonly baseline?: Baseline;
}

/** The item in a row; undefined when the row cannot be read. */
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

/** Whether a Date can hold the value: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const isTime = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) < 8.64e15;

function isBaseline(value: unknown): boolean {
  const { at, responseMs, returnMs = 0, errorRate } = (value ?? {}) as Record<string, unknown>;
  return isTime(at) && [responseMs, returnMs, errorRate].every(Number.isFinite);
}
