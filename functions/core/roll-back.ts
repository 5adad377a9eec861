import { changeRollout, type RolloutStore } from './rollout-store';
import type { RolloutItem } from './rollout-item';

/** The result of a rollback, for the notification. */
export interface RollBackRecord {
  readonly percentBefore: number;
  readonly percent: 0;
  readonly alarm: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface RollBackOptions {
  /** Name of the alarm that asks for the rollback. */
  readonly alarm: string;
  readonly reason: string;
  /** The share when there is no rollout item. */
  readonly initialPercent: number;
  readonly now: () => number;
  /** Called once, by the invocation that wrote the rollback, after the write. */
  readonly onRolledBack: () => void;
}

/** How often the rollback is tried, because another change can come between reading and writing. */
const ATTEMPTS = 5;

/** The rollback failed, because others changed the rollout during every attempt. */
export class RollBackError extends Error {
  override readonly name = 'RollBackError';
}

/**
 * Sets the rollout to 0 % and latches it. A rollout that is already latched at 0 % stays as it is, with its first reason. Any
 * other item is replaced, even if it cannot be read.
 * @throws RollBackError, or the error of the store; Lambda then tries again
 */
export async function rollBack(store: RolloutStore, options: RollBackOptions): Promise<RollBackRecord> {
  const { alarm, reason, initialPercent, now, onRolledBack } = options;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await store.read();
    if (stored.item?.latched && stored.item.percent === 0) {
      await store.record(stored.item);
      return recordOf(stored.item);
    }
    const baseline = stored.item?.baseline;
    const item = await changeRollout(
      store,
      stored,
      { percent: 0, by: alarm, why: reason, latched: true, ...(baseline && { baseline }) },
      { now: now(), initialPercent, onReplaced: onRolledBack },
    );
    if (item) return recordOf(item);
  }
  throw new RollBackError(`others changed the rollout ${ATTEMPTS} times during the roll-back for ${alarm}, so the roll-back failed`);
}

const recordOf = ({ percentBefore, by, why, since }: RolloutItem): RollBackRecord => ({
  percentBefore,
  percent: 0,
  alarm: by,
  reason: why,
  at: new Date(since).toISOString(),
});
