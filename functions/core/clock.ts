/**
 * Reason for ending a wait: `abort(OVER)`. Without a reason, `abort()` makes an error with its stack, and the waits that each visit ends would
 * cost 6 % of its CPU time.
 */
export const OVER = 'over';

/** The clock of the core. It is a parameter, so that a test can control the time. */
export interface Clock {
  /** Wall clock in ms since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
