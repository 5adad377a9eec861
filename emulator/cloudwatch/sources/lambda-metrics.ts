/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
import type { FunctionUrlEdge } from '../../function-url/function-url-edge';
import type { LambdaService } from '../../lambda/lambda-service';
import type { FunctionUrlSpec } from '../../specs';
import type { EventSourceMapping } from '../../streams/event-source-mapping';
import type { MetricStore } from '../metrics/metric-store';
import { recorders } from './recorders';

const NAMESPACE = 'AWS/Lambda';
const COUNTS = { Invocations: 'Count', Errors: 'Count', Throttles: 'Count', ConcurrentExecutions: 'Count' };
const TIMES = { Duration: 'Milliseconds', AsyncEventAge: 'Milliseconds', IteratorAge: 'Milliseconds' };
const ASYNC = { AsyncEventsReceived: 'Count', AsyncEventsDropped: 'Count', DestinationDeliveryFailures: 'Count' };

/**
 * Records the AWS/Lambda metrics per function, and the concurrency of the whole account.
 * @param timeFactor divides the periods of alarms
 */
export function lambdaMetrics(
  store: MetricStore,
  lambda: LambdaService,
  mappings: readonly EventSourceMapping[],
  timeFactor: number,
): void {
  const of = recorders(store, NAMESPACE, { ...COUNTS, ...TIMES, ...ASYNC }, (functionName: string) => [{ FunctionName: functionName }]);
  const account = store.recorder({ namespace: NAMESPACE, name: 'ConcurrentExecutions', dimensions: {} }, 'Count');

  lambda.events.on('invocation', ({ at, functionName, kind, durationMs, initMs = 0 }) => {
    const record = of(functionName);
    // AWS: "The timestamp on a metric reflects when the function was invoked." The time factor divides the periods, and so it divides
    // the duration here: the timestamp must not be more periods ago than on AWS.
    const invokedAt = at - (durationMs + initMs) / timeFactor;
    record.Invocations(1, invokedAt);
    record.Errors(kind === 'error' ? 1 : 0, invokedAt);
    record.Throttles(0, invokedAt);
    record.Duration(durationMs, invokedAt);
    // Concurrency falls only when an invocation ends, so all peaks are recorded here. `concurrencyOf` does not count the invocation
    // that has just ended, hence the + 1.
    record.ConcurrentExecutions(lambda.concurrencyOf(functionName) + 1, at);
    account(lambda.concurrencyOf() + 1, at);
  });
  lambda.events.on('throttle', ({ at, functionName }) => of(functionName).Throttles(1, at));
  lambda.asyncEvents.on('received', (functionName) => of(functionName).AsyncEventsReceived(1, Date.now()));
  lambda.asyncEvents.on('attempt', (functionName, ageMs) => of(functionName).AsyncEventAge(ageMs, Date.now()));
  lambda.asyncEvents.on('dropped', (functionName) => of(functionName).AsyncEventsDropped(1, Date.now()));
  lambda.asyncEvents.on('destinationFailed', (functionName) => of(functionName).DestinationDeliveryFailures(1, Date.now()));
  for (const mapping of mappings) {
    mapping.events.on('batch', ({ at, functionArn, iteratorAgeMs }) =>
      of(functionArn.split(':')[6] ?? functionArn).IteratorAge(iteratorAgeMs, at),
    );
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html */
const URL_METRICS = { UrlRequestCount: 'Count', Url4xxCount: 'Count', Url5xxCount: 'Count', UrlRequestLatency: 'Milliseconds' };

/** Records the AWS/Lambda metrics of a function URL, per function. */
export function functionUrlMetrics(store: MetricStore, edge: FunctionUrlEdge, { functionName }: FunctionUrlSpec): void {
  const record = recorders(store, NAMESPACE, URL_METRICS, (name: string) => [{ FunctionName: name }])(functionName);
  edge.events.on('response', ({ at, status, latencyMs }) => {
    record.UrlRequestCount(1, at);
    record.Url4xxCount(status >= 400 && status < 500 ? 1 : 0, at);
    record.Url5xxCount(status >= 500 ? 1 : 0, at);
    record.UrlRequestLatency(latencyMs, at);
  });
}
