import { parseRollout } from './rollout-item';

export interface LiveShareOptions {
  /** The share when there is no rollout item, and before the first look-up. */
  readonly initialPercent: number;
  /** How long an item is used before it is read again, in ms. */
  readonly cacheMs: number;
  /** How long the last good share is used when the item cannot be read, in ms. */
  readonly staleMs: number;
  /** Wall clock in ms since the epoch: an execution environment must notice the time that passed during a freeze. */
  readonly now: () => number;
  /** Called each time the item cannot be read or understood. */
  readonly onUnreadable: (reason: unknown) => void;
}

/**
 * The share of event-driven requests, from the rollout item. When the item is due, it is read together with a tunnel; between
 * reads, the last share applies. When the item cannot be read, the last good share applies for `staleMs`, then 0 %. This is never
 * an error for a request.
 */
export class LiveShare {
  private current: number;
  private readAt = -Infinity;
  private goodAt = -Infinity;

  constructor(private readonly options: LiveShareOptions) {
    this.current = options.initialPercent;
  }

  /** The share that was read last, 0 to 100. It is stale while `isDue`; the next look-up refreshes it. */
  get percent(): number {
    return this.current;
  }

  /** Whether the next look-up should also read the item. */
  get isDue(): boolean {
    const age = this.options.now() - this.readAt;
    return age >= this.options.cacheMs || age < 0;
  }

  /** Takes the row that was read; `undefined`: there is no rollout item. */
  heard(row: object | undefined): void {
    if (row === undefined) return this.good(this.options.initialPercent);
    const item = parseRollout(row);
    if (item) this.good(item.percent);
    else this.unreadable(new Error('the rollout item is malformed'));
  }

  unreadable(reason: unknown): void {
    this.readAt = this.options.now();
    if (this.readAt - this.goodAt > this.options.staleMs) this.current = 0;
    this.options.onUnreadable(reason);
  }

  private good(percent: number): void {
    this.current = percent;
    this.readAt = this.goodAt = this.options.now();
  }
}
