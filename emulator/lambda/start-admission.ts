/**
 * Decides which function may start an execution environment next, and when. On AWS every environment has a machine of its
 * own. Here all of them share the cores of one machine, so their starts are rationed: too many at once keep the
 * environments that run from answering in time.
 */
import type { Clock } from '../clock';
import type { Origin } from '../services';

/** How long a need waits before it is looked at again, in ms: whether cores are spare, and how fast environments become free, changes without an event. */
const RECHECK_MS = 100;

/**
 * While no core is spare, a start takes its time from the environments that run. So an invocation then rather waits so long for one of
 * those to become free, in ms: a visitor for most of the 30 s that API Gateway waits, an invocation from inside for less, because it
 * releases others.
 */
const PATIENCE_MS: Readonly<Record<Origin, number>> = { inside: 1000, outside: 25_000 };

/** About the time from the start of an environment to its first answer, in ms: its init, and code that is not compiled yet. */
export const START_MS = 500;

/** An invocation that no environment is on its way to. */
export interface Need {
  /** The smaller, the sooner. */
  readonly rank: number;
  readonly origin: Origin;
  /** How long the invocation would wait without a start, at the pace of the last seconds, in ms; Infinity where no environment becomes free. */
  readonly waitAtPaceMs: number;
  /** How long the last invocation in the line would wait, by what the last ones took, in ms; Infinity where that is not known. */
  readonly lastWaitMs: number;
}

/** Whoever starts environments: the pool of one function. */
export interface Starter {
  /** The first invocation for which another environment has to start; undefined where there is none. */
  need(): Need | undefined;
  /** Whether any invocation waits, with an environment on its way or without. */
  readonly hasWaiting: boolean;
  /** Starts one environment. Resolves when the init has ended, well or not; never rejects. */
  start(): Promise<void>;
}

export interface StartAdmissionOptions {
  /** How many environments initialise at once at most. */
  readonly limit: number;
  /** Where all that waits is expected to get an environment within this time, nothing starts, also on a machine at rest. In ms. */
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

  /** Looks who needs a start now. Pools call it whenever something changes for one of their invocations. */
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

  /** Begins no start any more. */
  close(): void {
    this.closing.abort();
  }

  /** Looks at the cores once at most, and only where that matters. */
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
