import type { FunctionSpec } from '../specs';

/** Why an invocation was throttled: `Reason` of TooManyRequestsException. */
export type ThrottleReason = 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';

/**
 * Counts invocations that have no answer yet, including invocations that wait for an execution environment. Reserved
 * concurrency is kept free for its function, and is also the function's limit. Functions without a reservation share the
 * rest of the account's concurrency.
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

  /** Takes one unit of concurrency for an invocation, or returns why none is free. */
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

  /** The concurrency of all functions together. */
  get total(): number {
    return [...this.inUse.values()].reduce((sum, used) => sum + used, 0);
  }

  /** The concurrency of one function. */
  used(name: string): number {
    return this.inUse.get(name) ?? 0;
  }
}
