/**
 * Decides which function may start an execution environment next, and when. On AWS every environment has a machine of its
 * own. Here all of them share the cores of one machine, so their starts are limited: too many starts at once keep the
 * running environments from answering in time.
 */
import type { Clock } from '../clock';
import type { Origin } from '../services';

/** Waiting needs are checked again at this interval, in ms: spare cores and the pace of freed environments change without an event. */
const RECHECK_MS = 100;

/**
 * How long an invocation may wait for a running environment while no core is spare, in ms; only a longer expected wait justifies a start,
 * because a start slows the running environments. A visitor's request may wait for most of the 30 s that API Gateway waits. An
 * invocation from inside waits less, because other requests wait for it.
 */
const PATIENCE_MS: Readonly<Record<Origin, number>> = { inside: 1000, outside: 25_000 };

/** About the time from the start of an environment to its first answer, in ms: the init, and the compilation of code on first use. */
export const START_MS = 500;

/** An invocation for which no environment is starting or about to be free. */
export interface Need {
  /** A smaller rank is served sooner. */
  readonly rank: number;
  readonly origin: Origin;
  /** The wait without a start, at the pace of freed environments in the last seconds, in ms; Infinity when none became free. */
  readonly waitAtPaceMs: number;
  /** The wait of the last invocation in the line, estimated from the last invocations, in ms; Infinity when that is unknown. */
  readonly lastWaitMs: number;
}

/** Starts environments; implemented by the pool of one function. */
export interface Starter {
  /** The first invocation for which another environment has to start; undefined when there is none. */
  need(): Need | undefined;
  /** Whether any invocation waits, including invocations for which an environment is starting. */
  readonly hasWaiting: boolean;
  /** Starts one environment. Resolves when the init has ended, successfully or not; never rejects. */
  start(): Promise<void>;
}

export interface StartAdmissionOptions {
  /** How many environments may initialise at the same time. */
  readonly limit: number;
  /** Nothing starts, even on an idle machine, while every waiting invocation is expected to get an environment within this time, in ms. */
  readonly startMs: number;
  /** Whether the machine has a core to spare. */
  readonly hasSpareCore: () => boolean;
  readonly clock: Clock;
}

export class StartAdmission {
  private readonly starters: Starter[] = [];
  private readonly closing = new AbortController();
  private underWay = 0;
  private recheckIsDue = false;

  constructor(private readonly options: StartAdmissionOptions) {}

  register(starter: Starter): void {
    this.starters.push(starter);
  }

  /** Starts environments for the most urgent needs. Pools call this method whenever something changes for one of their invocations. */
  consider(): void {
    const mayStart = this.rule();
    for (;;) {
      if (this.closing.signal.aborted || this.underWay >= this.options.limit) break;
      const next = this.mostUrgent(mayStart);
      if (!next) break;
      void this.run(next);
    }
    if (this.starters.some(({ hasWaiting }) => hasWaiting)) this.recheckLater();
  }

  /** Prevents all further starts. */
  close(): void {
    this.closing.abort();
  }

  /** Returns the test whether a need may start. The test measures the cores at most once, and only when the result matters. */
  private rule(): (need: Need) => boolean {
    let spare: boolean | undefined;
    return ({ origin, waitAtPaceMs, lastWaitMs }) =>
      lastWaitMs >= this.options.startMs && (waitAtPaceMs > PATIENCE_MS[origin] || (spare ??= this.options.hasSpareCore()));
  }

  private mostUrgent(mayStart: (need: Need) => boolean): Starter | undefined {
    let best: { readonly starter: Starter; readonly need: Need } | undefined;
    for (const starter of this.starters) {
      const need = starter.need();
      if (need && mayStart(need) && (!best || need.rank < best.need.rank)) best = { starter, need };
    }
    return best?.starter;
  }

  private async run(starter: Starter): Promise<void> {
    this.underWay += 1;
    await starter.start();
    this.underWay -= 1;
    this.consider();
  }

  private recheckLater(): void {
    if (this.recheckIsDue) return;
    this.recheckIsDue = true;
    void this.options.clock.sleep(RECHECK_MS, this.closing.signal).then(() => {
      this.recheckIsDue = false;
      if (!this.closing.signal.aborted) this.consider();
    });
  }
}
