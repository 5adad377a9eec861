import type { RolloutItem } from './rollout-item';

/** The rollout as it stands. `item` is missing where there is none yet, or none that can be read. */
export interface StoredRollout {
  readonly item?: RolloutItem;
  readonly isMalformed: boolean;
  /** What a change must still find, to be the next one: the row's `since`, whatever it is. */
  readonly revision: unknown;
}

export interface RolloutStore {
  /** Strongly consistent. */
  read(): Promise<StoredRollout>;
  /** Replaces what is there; false when somebody else has done so since it was read. */
  replace(stored: StoredRollout, item: RolloutItem): Promise<boolean>;
  /** Keeps a copy for good, under the time of the change: the same item twice is one record. */
  record(item: RolloutItem): Promise<void>;
}

/** What a change says; the rest follows from what it changes. */
export type Change = Omit<RolloutItem, 'version' | 'percentBefore' | 'since'>;

/**
 * Makes the next item and keeps its record. The record of the one before is made sure of as well: whoever wrote that may have died
 * between item and record.
 * @param now in ms since the epoch
 * @param onReplaced told as soon as the change holds, before it is recorded
 * @returns the item, or nothing when somebody else was quicker and the item must be read again
 */
export async function changeRollout(
  store: RolloutStore,
  stored: StoredRollout,
  change: Change,
  { now, initialPercent, onReplaced }: { now: number; initialPercent: number; onReplaced?: () => void },
): Promise<RolloutItem | undefined> {
  const item: RolloutItem = {
    version: 1,
    ...change,
    percentBefore: percentOf(stored, initialPercent),
    since: Math.max(now, (stored.item?.since ?? 0) + 1),
  };
  if (!(await store.replace(stored, item))) return undefined;
  onReplaced?.();
  if (stored.item) await store.record(stored.item);
  await store.record(item);
  return item;
}

/** The share that holds; functions take an item that they cannot read for polling. */
export const percentOf = ({ item, isMalformed }: StoredRollout, initialPercent: number): number =>
  item?.percent ?? (isMalformed ? 0 : initialPercent);
