/** Counts the CPU time that a function may use: a quota for each period, as Linux gives it to a container. */

/**
 * The length of a period, in ms. AWS documents none. Measured by others: a function that has used up its quota is paused until the end of
 * its 20 ms (https://github.com/pwrdrvr/lambda-dispatch/issues/246).
 */
export const PERIOD_MS = 20;

/** Memory that buys one core, in MB (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
const MB_OF_ONE_CORE = 1769;

/** The share of one core that a function of this memory may use. More than one core has no effect on one thread of JavaScript. */
export const shareOf = (memoryMb: number): number => Math.min(1, memoryMb / MB_OF_ONE_CORE);

export class CpuBudget {
  private readonly quotaMs: number;
  private periodBeganAt = 0;
  /** What is left of the quota, in ms of CPU time. A negative value is a debt, which the quotas of later periods pay. */
  private leftMs: number;

  /** @param share of one core */
  constructor(share: number) {
    this.quotaMs = share * PERIOD_MS;
    this.leftMs = this.quotaMs;
  }

  /** A period begins with an invocation, unless another period still runs, of whose quota something is used. */
  begin(now: number): void {
    this.spend(0, now);
    if (this.leftMs === this.quotaMs) this.periodBeganAt = now;
  }

  /** Counts CPU time that was used since the last call. */
  spend(usedMs: number, now: number): void {
    const periods = Math.floor((now - this.periodBeganAt) / PERIOD_MS);
    this.periodBeganAt += periods * PERIOD_MS;
    // When the time was used is not known exactly: as late as possible, and in earlier periods only what does not fit into this period.
    const usedNowMs = periods > 0 ? Math.min(usedMs, now - this.periodBeganAt) : usedMs;
    // Quota that was not used is lost at the end of its period.
    this.leftMs = Math.min(this.quotaMs, this.leftMs - (usedMs - usedNowMs) + periods * this.quotaMs) - usedNowMs;
  }

  /** How long the process may run until its quota can be used up, in ms; 0 if it may not run. */
  get runMs(): number {
    return Math.max(0, this.leftMs);
  }

  /** How long the process has to stand still, in ms; 0 if it may run. */
  waitMs(now: number): number {
    if (this.leftMs > 0) return 0;
    const periods = Math.floor(-this.leftMs / this.quotaMs) + 1;
    return this.periodBeganAt + periods * PERIOD_MS - now;
  }
}
