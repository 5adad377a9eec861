import type { InvocationRecord } from './invocation';

/** Counters of one function since the start. Times are sums, in ms. */
export interface FunctionStats {
  readonly invocations: number;
  readonly coldStarts: number;
  readonly errors: number;
  readonly throttles: number;
  readonly durationMs: number;
  readonly billedMs: number;
  readonly initMs: number;
}

const NOTHING: FunctionStats = {
  invocations: 0,
  coldStarts: 0,
  errors: 0,
  throttles: 0,
  durationMs: 0,
  billedMs: 0,
  initMs: 0,
};

export class LambdaStats {
  private readonly byFunction = new Map<string, FunctionStats>();

  record(record: InvocationRecord): void {
    const stats = this.of(record.functionName);
    this.byFunction.set(record.functionName, {
      ...stats,
      invocations: stats.invocations + 1,
      coldStarts: stats.coldStarts + (record.coldStart ? 1 : 0),
      errors: stats.errors + (record.kind === 'error' ? 1 : 0),
      durationMs: stats.durationMs + record.durationMs,
      billedMs: stats.billedMs + record.billedMs,
      initMs: stats.initMs + (record.initMs ?? 0),
    });
  }

  recordThrottle(functionName: string): void {
    const stats = this.of(functionName);
    this.byFunction.set(functionName, { ...stats, throttles: stats.throttles + 1 });
  }

  /** Zeros for a function that nobody has invoked. */
  of(functionName: string): FunctionStats {
    return this.byFunction.get(functionName) ?? NOTHING;
  }
}
