/** The environments of one function that run an invocation, and how soon one of them is likely to be free. */

/** So many invocations say how long one takes. */
const REMEMBERED = 10;

export class BusyEnvironments<Environment> {
  /** Since when each runs its invocation, in ms. */
  private readonly since = new Map<Environment, number>();
  /** How long the last invocations took, in ms. */
  private readonly lately: number[] = [];

  begin(environment: Environment, now: number): void {
    this.since.set(environment, now);
  }

  /** The invocation of an environment is over. */
  end(environment: Environment, now: number): void {
    const since = this.since.get(environment);
    if (since === undefined) return;
    this.since.delete(environment);
    this.lately.push(now - since);
    if (this.lately.length > REMEMBERED) this.lately.shift();
  }

  /** An environment has ended. */
  forget(environment: Environment): void {
    this.since.delete(environment);
  }

  /**
   * How long the last of `waiting` invocations waits without a start, in ms, if each takes as long as the longest of the last ones, those
   * under way included. Infinity where none has ended yet, or none is under way.
   */
  lastWaitMs(waiting: number, now: number): number {
    if (this.lately.length === 0 || this.since.size === 0) return Infinity;
    const ages = [...this.since.values()].map((since) => now - since);
    return Math.max(...this.lately, ...ages) * Math.ceil(waiting / ages.length);
  }
}
