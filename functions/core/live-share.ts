import { parseRollout } from './rollout-item';

export interface LiveShareOptions {
  /** What holds where there is no item, and until one has been looked for. */
  readonly initialPercent: number;
  /** How long an item that was read is taken for what holds, in ms. */
  readonly cacheMs: number;
  /** How long the last good one stands in for one that cannot be read, in ms. */
  readonly staleMs: number;
  /** Wall clock in ms since the epoch: an execution environment that thaws must see that time has passed. */
  readonly now: () => number;
  /** Told each time the item could not be read, or not understood. */
  readonly onUnreadable: (reason: unknown) => void;
}

/**
 * The share of requests that is event-driven, as the rollout item says. It is read together with a tunnel whenever it is due; what was heard
 * last holds meanwhile. An item that cannot be read is the last good one for a while, and then polling: never an error.
 */
export class LiveShare {
  private current: number;
  private readAt = -Infinity;
  private goodAt = -Infinity;

  constructor(private readonly options: LiveShareOptions) {
    this.current = options.initialPercent;
  }

  /** The share that was read last, 0 to 100. Stale while `isDue`: the next look-up refreshes it. */
  get percent(): number {
    return this.current;
  }

  /** Whether the next look-up should bring the item along. */
  get isDue(): boolean {
    const age = this.options.now() - this.readAt;
    return age >= this.options.cacheMs || age < 0;
  }

  /** The item was read; `undefined`: there is none. */
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
