/** What makes a machine unfit for figures. Each is a measure of the machine, so that no defect of the program can pass for one. */
export type MeasureName = 'others' | 'waiting' | 'errors' | 'lateness';

export interface Bound {
  /** The largest value with which figures still hold: a share from 0 to 1, or ms. */
  readonly most: number;
  readonly unit: 'share' | 'ms';
  /** Completes "this machine is too busy for figures: …". @param value with its unit */
  readonly sentence: (value: string) => string;
}

/**
 * All bounds, and how they were found: docs/operations.md#a-machine-that-is-too-busy. Each holds for any `WINDOW_SECONDS` of a run,
 * `errors` for the whole run.
 */
export const BOUNDS: Readonly<Record<MeasureName, Bound>> = {
  others: { most: 0.25, unit: 'share', sentence: (value) => `other processes took ${value} of its cores for ten seconds` },
  waiting: {
    most: 0.25,
    unit: 'share',
    sentence: (value) => `because of other processes, processes of this program waited ${value} of the time that they wanted a core`,
  },
  // Counts only while others took OTHERS_WITH_ERRORS: without them an error is the program's own.
  errors: { most: 0, unit: 'share', sentence: (value) => `${value} of the requests failed, and other processes used its cores as well` },
  // Counts only where the kernel does not tell who has the cores.
  lateness: { most: 40, unit: 'ms', sentence: (value) => `timers of an idle thread came ${value} late (99th percentile)` },
};

/** Share of the cores that other processes have to take before errors are put down to them. */
export const OTHERS_WITH_ERRORS = 0.1;

/** Time over which a measure is taken, in seconds: shorter bursts pass, and spoil few requests. */
export const WINDOW_SECONDS = 10;
