import { parseRollout, type RolloutItem } from './rollout-item';

/** The stored rollout. `item` is missing when there is none yet, or when it cannot be read. */
export interface StoredRollout {
  readonly item?: RolloutItem;
  readonly isMalformed: boolean;
  /** The row's `since`, whatever its type. A change is written only if the row still has this value. */
  readonly revision: unknown;
}

/** @param row the row of the rollout; undefined: there is none */
export function storedRollout(row: Readonly<Record<string, unknown>> | undefined): StoredRollout {
  const item = row && parseRollout(row);
  return { ...(item && { item }), isMalformed: row !== undefined && !item, revision: row?.['since'] };
}

export interface RolloutStore {
  /** Strongly consistent. */
  read(): Promise<StoredRollout>;
  /** Replaces the stored item; false when somebody else has replaced it since it was read. */
  replace(stored: StoredRollout, item: RolloutItem): Promise<boolean>;
  /** Keeps a permanent copy of the item under the time of the change. Recording the same item twice makes one record. */
  record(item: RolloutItem): Promise<void>;
}

/** The fields that a change sets; `changeRollout` computes the others. */
export type RolloutUpdate = Omit<RolloutItem, 'version' | 'percentBefore' | 'since'>;

/**
 * Writes the next item and its record. It also writes the record of the previous item once more, because the writer of that item
 * may have died between item and record.
 * @param now in ms since the epoch
 * @param onReplaced called as soon as the item is written, before it is recorded
 * @returns the item; undefined when somebody else was quicker and the item must be read again
 */
export async function changeRollout(
  store: RolloutStore,
  stored: StoredRollout,
  change: RolloutUpdate,
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

/** The share that applies. Functions poll when they cannot read the item. */
export const percentOf = ({ item, isMalformed }: StoredRollout, initialPercent: number): number =>
  item?.percent ?? (isMalformed ? 0 : initialPercent);
