/** Invocations of one function that wait for an execution environment, in the order in which they are served. */
import type { Origin } from '../services';
import type { Need } from './start-admission';

/**
 * An invocation from inside is served as if it had come this much earlier, in ms, because other requests wait for it, such as the
 * visitor's request whose answer it carries. The time is bounded, so that no request waits for ever.
 */
const HEAD_START_MS = 10_000;

/** The pace at which environments become free is measured over this time, in ms. */
const PACE_WINDOW_MS = 2000;

export interface Waiter<Environment> {
  /** When the invocation came, in ms. */
  readonly since: number;
  readonly origin: Origin;
  /** Whether an environment may start for this waiter. */
  readonly mayStart: () => boolean;
  /** @param environment undefined when no environment will come */
  readonly take: (environment: Environment | undefined) => void;
  /** No environment could be started. */
  readonly fail: (error: Error) => void;
}

const rankOf = ({ since, origin }: Pick<Waiter<unknown>, 'since' | 'origin'>): number =>
  origin === 'inside' ? since - HEAD_START_MS : since;

export class WaitingLine<Environment> {
  private readonly waiters: Waiter<Environment>[] = [];
  /** When environments became free, in ms, oldest first. */
  private readonly freed: number[] = [];

  get length(): number {
    return this.waiters.length;
  }

  add(waiter: Waiter<Environment>): void {
    const rank = rankOf(waiter);
    const behind = this.waiters.findIndex((other) => rankOf(other) > rank);
    this.waiters.splice(behind < 0 ? this.waiters.length : behind, 0, waiter);
  }

  remove(waiter: Waiter<Environment>): boolean {
    const index = this.waiters.indexOf(waiter);
    if (index >= 0) this.waiters.splice(index, 1);
    return index >= 0;
  }

  /** Takes the first one out. */
  shift(): Waiter<Environment> | undefined {
    return this.waiters.shift();
  }

  /** Takes all of them out. */
  clear(): Waiter<Environment>[] {
    return this.waiters.splice(0);
  }

  noteFreed(now: number): void {
    this.freed.push(now);
    this.forgetBefore(now - PACE_WINDOW_MS);
  }

  /**
   * The first waiter that needs another start.
   * @param coming how many environments are starting or about to be free
   */
  uncovered(coming: number, now: number): Omit<Need, 'lastWaitMs'> | undefined {
    const waiter = this.waiters.filter(({ mayStart }) => mayStart())[coming];
    return waiter && { rank: rankOf(waiter), origin: waiter.origin, waitAtPaceMs: this.waitAtPaceMs(this.waiters.indexOf(waiter), now) };
  }

  private waitAtPaceMs(position: number, now: number): number {
    this.forgetBefore(now - PACE_WINDOW_MS);
    return ((position + 1) * PACE_WINDOW_MS) / this.freed.length;
  }

  private forgetBefore(time: number): void {
    const fresh = this.freed.findIndex((at) => at >= time);
    this.freed.splice(0, fresh < 0 ? this.freed.length : fresh);
  }
}
