import type { FunctionSpec } from '../specs';

/** Why an invocation was throttled: `Reason` of TooManyRequestsException. */
export type ThrottleReason = 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

/**
 * Counts invocations that have no answer yet, also those that wait for an execution environment. What a function reserves is both its own and its limit; functions without a reservation
 * share what is left of the account's.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export class Concurrency {
  private readonly inUse = new Map<string, number>();
  private readonly unreserved: number;
  private unreservedInUse = 0;

  constructor(functions: readonly FunctionSpec[], accountConcurrency: number) {
    const reserved = functions.reduce((sum, spec) => sum + (spec.reservedConcurrency ?? 0), 0);
    this.unreserved = Math.max(0, accountConcurrency - reserved);
  }

  /** Takes a place for one invocation, or says why there is none. */
  take({ name, reservedConcurrency }: FunctionSpec): ThrottleReason | undefined {
    const used = this.used(name);
    if (reservedConcurrency === undefined) {
      if (this.unreservedInUse >= this.unreserved) return 'ConcurrentInvocationLimitExceeded';
      this.unreservedInUse += 1;
    } else if (used >= reservedConcurrency) {
      return 'ReservedFunctionConcurrentInvocationLimitExceeded';
    }
    this.inUse.set(name, used + 1);
    return undefined;
  }

  release({ name, reservedConcurrency }: FunctionSpec): void {
    this.inUse.set(name, this.used(name) - 1);
    if (reservedConcurrency === undefined) this.unreservedInUse -= 1;
  }

  /** Of all functions. */
  get total(): number {
    return [...this.inUse.values()].reduce((sum, used) => sum + used, 0);
  }

  /** Of one function. */
  used(name: string): number {
    return this.inUse.get(name) ?? 0;
  }
}
