/** The clock of a service. The clock is an option of each service, so that a test can control the time. */
export interface Clock {
  /** Wall clock, in ms since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
