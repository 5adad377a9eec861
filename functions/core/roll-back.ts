import { changeRollout, type RolloutStore } from './rollout-store';
import type { RolloutItem } from './rollout-item';

/** What a rollback was, for whoever is notified. */
export interface RollBackRecord {
  readonly percentBefore: number;
  readonly percent: 0;
  readonly alarm: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface RollBackOptions {
  /** Name of the alarm that asks for it, and why it does. */
  readonly alarm: string;
  readonly reason: string;
  /** Share where no item says one. */
  readonly initialPercent: number;
  readonly now: () => number;
  /** Told once it holds, and only by whom it was made. */
  readonly onRolledBack: () => void;
}

/** Somebody else's change can come between reading and writing, but not again and again. */
const ATTEMPTS = 5;

/** A rollback that did not come about, because others kept changing the rollout. */
export class RollBackError extends Error {
  override readonly name = 'RollBackError';
}

/**
 * Sets the rollout to 0 % and latches it. One that is latched stays as it is, also its first reason; whatever else is there is replaced,
 * even what cannot be read.
 * @throws RollBackError, or what the store threw; Lambda tries again then
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
  throw new RollBackError(`the rollout was changed by others ${ATTEMPTS} times while ${alarm} wanted it rolled back`);
}

const recordOf = ({ percentBefore, by, why, since }: RolloutItem): RollBackRecord => ({
  percentBefore,
  percent: 0,
  alarm: by,
  reason: why,
  at: new Date(since).toISOString(),
});
