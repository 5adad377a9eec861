import type { AwsCall, AwsReply, Interceptor } from '../services';

/** Selects calls. A field that is left out matches every value. */
export interface CallFilter {
  readonly functionName?: string;
  readonly service?: string;
  readonly operation?: string;
  /** Name of a DynamoDB table the call is about. */
  readonly table?: string;
}

/** The number of calls with the same function, service, operation and tables. */
export interface RecordedCalls {
  readonly functionName: string;
  readonly service: string;
  readonly operation: string;
  /** Several tables for a batch, none for services other than DynamoDB. */
  readonly tables: readonly string[];
  readonly count: number;
}

/**
 * Counts the AWS calls of functions, including failed calls:
 * `recorder.count({ functionName, operation: 'GetItem', table })`. The recorder keeps only counts, so it can run for long.
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

  /** The calls that match a filter, for a message that lists what was called instead. */
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

/** Combines interceptors into one. The first is the outermost; undefined ones are skipped. */
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
