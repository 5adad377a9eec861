/** The environments of one function that run an invocation, and how soon one of them is likely to be free. */

/** The duration of an invocation is estimated from so many last invocations. */
const REMEMBERED = 10;

export class BusyEnvironments<Environment> {
  /** When each environment began its invocation, in ms. */
  private readonly since = new Map<Environment, number>();
  /** How long the last invocations took, in ms. */
  private readonly lately: number[] = [];

  begin(environment: Environment, now: number): void {
    this.since.set(environment, now);
  }

  has(environment: Environment): boolean {
    return this.since.has(environment);
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
   * How long the last of `waiting` invocations waits if no environment starts, in ms. The estimate assumes that every invocation takes as
   * long as the longest recent or running one. Infinity when no invocation has ended yet, or none is running.
   */
  lastWaitMs(waiting: number, now: number): number {
    if (this.lately.length === 0 || this.since.size === 0) return Infinity;
    const ages = [...this.since.values()].map((since) => now - since);
    return Math.max(...this.lately, ...ages) * Math.ceil(waiting / ages.length);
  }
}
