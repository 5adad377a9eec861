import type { Clock } from '../clock';
import type { Act, Fault } from './fault-plan';

/** `reorder` holds a call, frame or record back until the next one has passed, but for this long at most, in ms. */
const HOLD_MS = 1000;

/** The acts that a place implements itself. `next` does what would happen without the fault. */
export type Acts<T> = Partial<Record<Act, (next: () => Promise<T>) => Promise<T>>>;

/** How often a fault matched while it was on, and how often it struck. */
export interface FaultCount {
  readonly matched: number;
  readonly struck: number;
}

export interface ActiveFaultOptions {
  readonly clock: Clock;
  /** 0 ≤ x < 1. Only this fault draws from the generator, so that its n-th decision does not depend on other faults. */
  readonly random: () => number;
  readonly onStrike: (fault: Fault) => void;
}

/** One fault of a plan while the cloud runs: decides whether the fault is on and what it strikes, and performs its act. */
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

  /** Switches the fault on or off. The times in the plan no longer count. */
  switch(on: boolean): void {
    this.begun = on;
  }

  get isOn(): boolean {
    const { switched = false, fromMs = 0, untilMs = Infinity } = this.fault;
    if (this.begun !== undefined || switched) return this.begun ?? false;
    const elapsed = this.options.clock.now() - this.startedAt;
    return elapsed >= fromMs && elapsed < untilMs;
  }

  /** Decides whether the fault strikes the current match, and counts the match and the strike. */
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

  /** Runs `next` at once if the fault does not strike; otherwise performs the act of the fault. */
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

  /** Runs `next`, then releases the one that `reorder` holds back. */
  private async overtake<T>(next: () => Promise<T>): Promise<T> {
    const { release } = this;
    try {
      return await next();
    } finally {
      release?.();
    }
  }
}
