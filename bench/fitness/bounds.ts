/** What makes a machine unfit for figures. Each is a measure of the machine, so that no defect of the program can pass for one. */
export type MeasureName = 'others' | 'waiting' | 'errors' | 'lateness';

export interface Bound {
  /** The largest value with which figures still hold: a share from 0 to 1, or ms. */
  readonly most: number;
  readonly unit: 'share' | 'ms';
  /** Completes "this machine is too busy for figures: …". */
  readonly what: string;
}

/**
 * All bounds; docs/operations.md says how they were found. Each holds for any ten seconds of a run, `errors` for the whole run.
 * `errors` counts only while other processes took `OTHERS_WITH_ERRORS`: without them an error is the program's own.
 */
export const BOUNDS: Readonly<Record<MeasureName, Bound>> = {
  others: { most: 0.25, unit: 'share', what: "other processes took so much of its cores' time" },
  waiting: { most: 0.15, unit: 'share', what: "other processes made this program's processes wait for a core so much of the time that they wanted one" },
  errors: { most: 0, unit: 'share', what: 'while other processes used its cores as well, so many requests failed' },
  lateness: { most: 10, unit: 'ms', what: 'a timer of an idle thread came so late (99th percentile)' },
};

/** Share of the cores that other processes take at least where errors are put down to them. */
export const OTHERS_WITH_ERRORS = 0.1;

/** Time over which a measure is taken, in seconds: shorter bursts pass, and spoil few requests. */
export const WINDOW_SECONDS = 10;
