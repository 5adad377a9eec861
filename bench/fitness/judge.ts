import { BOUNDS, OTHERS_WITH_ERRORS, WINDOW_SECONDS, type MeasureName } from './bounds';
import type { Interval } from './interval';

/** A measure beyond its bound. */
export interface Finding {
  readonly measure: MeasureName;
  readonly value: number;
}

export interface Requests {
  readonly requests: number;
  /** Requests that were not answered correctly. */
  readonly errors: number;
}

/** Decides from samples alone whether a machine was fit. */
export class Judge {
  private readonly intervals: Interval[] = [];
  private readonly worst: Partial<Record<MeasureName, number>> = {};

  /** @param saturating true if the program itself takes all cores it can get: its waiting time and lateness then say nothing */
  constructor(private readonly saturating = false) {}

  /** Adds the next interval. @returns a measure that is beyond its bound so far */
  add(interval: Interval): Finding | undefined {
    this.intervals.push(interval);
    this.judge(this.lastWindow());
    return this.finding();
  }

  /** The judgement at the end. @param outcome of the requests, where the program made some */
  end({ requests, errors }: Requests = { requests: 0, errors: 0 }): Finding | undefined {
    // A program that ended before a full window is judged by all its intervals.
    if (sum(this.intervals, ({ seconds }) => seconds) < WINDOW_SECONDS) this.judge(this.intervals);
    if ((this.worst.others ?? 0) > OTHERS_WITH_ERRORS) this.raise('errors', errors / Math.max(1, requests));
    return this.finding();
  }

  /** The last intervals that fill a window; empty while there are too few intervals. */
  private lastWindow(): readonly Interval[] {
    let seconds = 0;
    for (let from = this.intervals.length - 1; from >= 0; from--) {
      seconds += this.intervals[from]?.seconds ?? 0;
      if (seconds >= WINDOW_SECONDS) return this.intervals.slice(from);
    }
    return [];
  }

  private judge(window: readonly Interval[]): void {
    if (window.length === 0) return;
    const cpu = window.flatMap((each) => (each.cpu ? [{ ...each.cpu, availableMs: each.seconds * 1000 * each.cpu.cores }] : []));
    if (cpu.length < window.length) {
      if (!this.saturating) this.raise('lateness', sum(window, ({ lateMs }) => lateMs) / window.length);
      return;
    }
    const ours = sum(cpu, ({ oursMs }) => oursMs);
    const others = Math.max(
      0,
      sum(cpu, ({ othersMs }) => othersMs),
    );
    const waited = sum(cpu, ({ waitedMs }) => waitedMs);
    this.raise('others', others / sum(cpu, ({ availableMs }) => availableMs));
    // Processes of this program also wait for one another: waiting counts only by the other processes' share of the used cores.
    const wanted = waited + sum(cpu, ({ ranMs }) => ranMs);
    if (!this.saturating) this.raise('waiting', (waited / Math.max(1, wanted)) * (others / Math.max(1, ours + others)));
  }

  private raise(measure: MeasureName, value: number): void {
    this.worst[measure] = Math.max(this.worst[measure] ?? 0, value);
  }

  private finding(): Finding | undefined {
    for (const [measure, value] of Object.entries(this.worst) as [MeasureName, number][]) {
      if (value > BOUNDS[measure].most) return { measure, value };
    }
    return undefined;
  }
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
