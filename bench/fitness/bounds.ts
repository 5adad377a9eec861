/** The measures of a busy machine. Each one measures the machine, so that a defect of the program cannot pass for a busy machine. */
export type MeasureName = 'others' | 'waiting' | 'errors' | 'lateness';

export interface Bound {
  /** The largest acceptable value: a share from 0 to 1, or ms. */
  readonly most: number;
  readonly unit: 'share' | 'ms';
  /** Completes "this machine is too busy for a measurement: …". @param value with its unit */
  readonly sentence: (value: string) => string;
}

/**
 * All bounds. How they were found: docs/operations.md#a-machine-that-is-too-busy. Each bound holds for any `WINDOW_SECONDS` of a run,
 * the bound of `errors` for the whole run.
 */
export const BOUNDS: Readonly<Record<MeasureName, Bound>> = {
  others: { most: 0.25, unit: 'share', sentence: (value) => `other processes used ${value} of its cores for ten seconds` },
  waiting: {
    most: 0.25,
    unit: 'share',
    sentence: (value) => `because of other processes, this program's processes spent ${value} of their time waiting for a core`,
  },
  // Counts only while other processes took OTHERS_WITH_ERRORS of the cores: otherwise an error is the program's own.
  errors: { most: 0, unit: 'share', sentence: (value) => `${value} of the requests failed, and other processes used its cores as well` },
  // Counts only where the kernel does not report which processes use the cores.
  lateness: { most: 40, unit: 'ms', sentence: (value) => `timers of an idle thread were ${value} late (99th percentile)` },
};

/** Share of the cores that other processes must take before they count as the cause of errors. */
export const OTHERS_WITH_ERRORS = 0.1;

/** Time over which a measure is taken, in seconds. Shorter bursts are accepted, because they spoil few requests. */
export const WINDOW_SECONDS = 10;
