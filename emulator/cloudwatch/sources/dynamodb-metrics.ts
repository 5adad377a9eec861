/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
import { AwsError, type AwsCall, type Interceptor } from '../../services';
import type { MetricStore } from '../metrics/metric-store';
import { recorders } from './recorders';

const UNITS = { SuccessfulRequestLatency: 'Milliseconds', ThrottledRequests: 'Count', SystemErrors: 'Count' };
const THROTTLES = ['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException'];

/** Records the AWS/DynamoDB metrics per table and operation, for calls that name exactly one table. */
export function dynamodbMetrics(store: MetricStore): Interceptor {
  const of = recorders(store, 'AWS/DynamoDB', UNITS, (table: string, operation: string) => [{ TableName: table, Operation: operation }]);
  return async (call, next) => {
    const table = tableOf(call);
    if (table === undefined) return next();
    const record = of(table, call.operation);
    const startedAt = performance.now();
    try {
      const reply = await next();
      if (reply.status < 300) record.SuccessfulRequestLatency(performance.now() - startedAt, Date.now());
      if (reply.status >= 500) record.SystemErrors(1, Date.now());
      return reply;
    } catch (error) {
      if (error instanceof AwsError && THROTTLES.includes(error.code)) record.ThrottledRequests(1, Date.now());
      else if (!(error instanceof AwsError) || error.status >= 500) record.SystemErrors(1, Date.now());
      throw error;
    }
  };
}

function tableOf({ service, input }: AwsCall): string | undefined {
  // BatchGetItem names its tables as the keys of RequestItems.
  const { TableName: table, RequestItems: items = {} } = input;
  const named = typeof table === 'string' ? [table] : Object.keys(items as object);
  return service === 'dynamodb' && named.length === 1 ? named[0]?.split('/').at(-1) : undefined;
}
