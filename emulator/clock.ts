/** Time as the services see it. It is passed in, so that a test can be its own clock. */
export interface Clock {
  /** Wall clock, in ms since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
