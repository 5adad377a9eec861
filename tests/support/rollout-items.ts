import type { RolloutItem } from '../../functions/core/rollout-item';
import type { RolloutStore, StoredRollout } from '../../functions/core/rollout-store';

/** A valid item, by default with 25 %. */
export const rolloutItem = (more: Partial<RolloutItem> = {}): RolloutItem => ({
  version: 1,
  percent: 25,
  percentBefore: 10,
  since: 1_000_000,
  by: 'ann',
  why: 'next stage',
  latched: false,
  ...more,
});

/** The rollout's table in memory. `beforeReplace` simulates another writer between read and write. */
export class RolloutInMemory implements RolloutStore {
  readonly records = new Map<number, RolloutItem>();
  beforeReplace: () => void = () => undefined;

  constructor(
    public item: RolloutItem | undefined,
    public isMalformed = false,
  ) {}

  async read(): Promise<StoredRollout> {
    return { ...(this.item && { item: this.item }), isMalformed: this.isMalformed, revision: this.item?.since };
  }

  async replace({ revision }: StoredRollout, item: RolloutItem): Promise<boolean> {
    this.beforeReplace();
    if (this.item?.since !== revision) return false;
    this.item = item;
    this.isMalformed = false;
    return true;
  }

  async record(item: RolloutItem): Promise<void> {
    this.records.set(item.since, item);
  }
}
