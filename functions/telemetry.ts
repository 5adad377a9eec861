/**
 * Powertools as all functions use it: one Logger, Metrics and Tracer per function. Log lines carry requestId, tunnelId and
 * mode, never a body, token, cookie or query. Nothing here can fail a request.
 */
import { Metrics, MetricResolution } from '@aws-lambda-powertools/metrics';
import type { Context } from 'aws-lambda';
import { logger } from './logger';
import { METRIC_NAMESPACE, METRICS, type MetricName } from './metric-names';
import { annotate, openHandlerSpan } from './tracing';

export { logger };
const metrics = new Metrics({ namespace: METRIC_NAMESPACE });

/** Adds to a metric; all metrics of one invocation share its dimensions. @param value in the metric's unit, see METRICS */
export function count(name: MetricName, value = 1): void {
  metrics.addMetric(name, METRICS[name].unit, value, MetricResolution.High);
}

/** Adds to a metric that has dimensions of its own, apart from the invocation's other metrics. */
export function countBy(name: MetricName, dimensions: Record<string, string>): void {
  const single = metrics.singleMetric();
  single.addDimensions(dimensions);
  single.addMetric(name, METRICS[name].unit, 1, MetricResolution.High);
}

/** Dimensions for every metric of this invocation. */
export const setDimensions = (dimensions: Record<string, string>): void => {
  metrics.addDimensions(dimensions);
};

/**
 * What this invocation is about: keys of its later log lines, annotations of its trace, and properties of the line that its metrics are
 * written in (no dimensions: they make no metric), so that logs, traces and metrics of one request are found by its id.
 */
export function identify(keys: { requestId?: string; tunnelId?: string; mode?: string }): void {
  logger.appendKeys(keys);
  annotate(keys);
  if (keys.requestId !== undefined) metrics.addMetadata('requestId', keys.requestId);
}

/** The same for an invocation that is about several requests at once: only the line of its metrics names them. */
export const identifyBatch = (requestIds: readonly string[]): void => void metrics.addMetadata('requestIds', requestIds.join(' '));

/** The invocation's trace header, in the form that rows and events carry. */
export const traceHeader = (): string | undefined => process.env['_X_AMZN_TRACE_ID'];

type Handler<E, R> = (event: E, context: Context) => Promise<R>;

/** Wraps a handler: its metrics are written and its log keys forgotten when it ends, however it ends. What it throws Lambda logs. */
export function instrumented<E, R>(handler: Handler<E, R>): Handler<E, R> {
  return async (event, context) => {
    logger.addContext(context);
    const span = openHandlerSpan();
    try {
      return await handler(event, context);
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      metrics.clearDimensions();
      metrics.clearMetadata();
      logger.resetKeys();
      span.close();
    }
  };
}
