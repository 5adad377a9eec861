import type { AwsCall, AwsReply, Interceptor } from '../services';

/** Whose calls are meant; what is left out may be anything. */
export interface CallFilter {
  readonly functionName?: string;
  readonly service?: string;
  readonly operation?: string;
  /** Name of a DynamoDB table the call is about. */
  readonly table?: string;
}

/** Calls alike, and how many there were. */
export interface RecordedCalls {
  readonly functionName: string;
  readonly service: string;
  readonly operation: string;
  /** More than one for a batch, none outside DynamoDB. */
  readonly tables: readonly string[];
  readonly count: number;
}

/**
 * Counts the AWS calls of functions, also those that failed:
 * `recorder.count({ functionName, operation: 'GetItem', table })`. Only counts are kept, so it can stay on for long.
 */
export class CallRecorder {
  private recorded = new Map<string, RecordedCalls>();

  readonly intercept: Interceptor = (call, next) => {
    const { service, operation, caller } = call;
    const alike = { functionName: caller.functionName, service, operation, tables: service === 'dynamodb' ? tablesOf(call.input) : [] };
    const key = JSON.stringify(Object.values(alike));
    this.recorded.set(key, { ...alike, count: (this.recorded.get(key)?.count ?? 0) + 1 });
    return next();
  };

  count(filter: CallFilter = {}): number {
    return this.calls(filter).reduce((total, { count }) => total + count, 0);
  }

  /** The calls a filter means, for a message that says what was called instead. */
  calls({ functionName, service, operation, table }: CallFilter = {}): RecordedCalls[] {
    return [...this.recorded.values()].filter(
      (calls) =>
        (functionName === undefined || calls.functionName === functionName) &&
        (service === undefined || calls.service === service) &&
        (operation === undefined || calls.operation === operation) &&
        (table === undefined || calls.tables.includes(table)),
    );
  }

  reset(): void {
    this.recorded = new Map();
  }
}

/** One interceptor of several; the first is the outermost, and those that are missing let calls pass. */
export function chain(...interceptors: readonly (Interceptor | undefined)[]): Interceptor {
  return (call, next) =>
    interceptors.reduceRight<() => Promise<AwsReply>>(
      (inner, interceptor) => (interceptor ? () => interceptor(call, inner) : inner),
      next,
    )();
}

/** Names of the tables that a DynamoDB call is about. */
export function tablesOf({ TableName, RequestItems }: AwsCall['input']): string[] {
  if (typeof TableName === 'string') return [TableName];
  return typeof RequestItems === 'object' && RequestItems !== null ? Object.keys(RequestItems) : [];
}
