import type { Clock } from '../clock';
import type { Act, Fault } from './fault-plan';

/** Something held back so that the next one overtakes it goes after this long at the latest, in ms. */
const HOLD_MS = 1000;

/** What an act means where only the place knows; `next` is what would happen without the fault. */
export type Acts<T> = Partial<Record<Act, (next: () => Promise<T>) => Promise<T>>>;

/** What became of a fault: what it could have struck while it was on, and what it struck. */
export interface FaultCount {
  readonly matched: number;
  readonly struck: number;
}

export interface ActiveFaultOptions {
  readonly clock: Clock;
  /** 0 ≤ x < 1; of this fault alone, so that its n-th decision is the same whatever else happens. */
  readonly random: () => number;
  readonly onStrike: (fault: Fault) => void;
}

/** One fault of a plan while the cloud runs: whether it is on, whom it strikes, and what it does to them. */
export class ActiveFault {
  private matched = 0;
  private struck = 0;
  private begun: boolean | undefined;
  private release: (() => void) | undefined;
  private readonly startedAt: number;

  constructor(
    readonly fault: Fault,
    private readonly options: ActiveFaultOptions,
  ) {
    this.startedAt = options.clock.now();
  }

  get count(): FaultCount {
    return { matched: this.matched, struck: this.struck };
  }

  /** On or off from now on, whatever the plan says of times. */
  switch(on: boolean): void {
    this.begun = on;
  }

  get isOn(): boolean {
    const { switched = false, fromMs = 0, untilMs = Infinity } = this.fault;
    if (this.begun !== undefined || switched) return this.begun ?? false;
    const elapsed = this.options.clock.now() - this.startedAt;
    return elapsed >= fromMs && elapsed < untilMs;
  }

  /** Whether it strikes what it matches now; counts both. */
  strikes(): boolean {
    if (!this.isOn) return false;
    this.matched += 1;
    const { probability = 1, every = 1 } = this.fault;
    // The draw comes first, so that the n-th match draws the n-th number.
    const strikes = this.options.random() < probability && this.matched % every === 0;
    if (!strikes) return false;
    this.struck += 1;
    this.options.onStrike(this.fault);
    return true;
  }

  /** Lets pass what it does not strike, at once, and does its act to the rest. */
  async disturb<T>(next: () => Promise<T>, acts: Acts<T>): Promise<T> {
    if (!this.strikes()) return this.overtake(next);
    switch (this.fault.do) {
      case 'delay':
        await this.options.clock.sleep(this.fault.delayMs ?? 0);
        return next();
      case 'duplicate': {
        const first = await next();
        await next().catch(() => undefined);
        return first;
      }
      case 'reorder':
        return this.release ? this.overtake(next) : this.hold(next);
      default:
        return acts[this.fault.do]?.(next) ?? next();
    }
  }

  private async hold<T>(next: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.release = resolve;
      void this.options.clock.sleep(HOLD_MS).then(resolve);
    });
    this.release = undefined;
    return next();
  }

  /** Whoever is held back goes once this one is through. */
  private async overtake<T>(next: () => Promise<T>): Promise<T> {
    const { release } = this;
    try {
      return await next();
    } finally {
      release?.();
    }
  }
}
