/**
 * Powertools as all functions use it: one Logger, Metrics and Tracer per function. Log lines carry requestId, tunnelId and
 * mode, never a body, token, cookie or query. Nothing here can fail a request.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricResolution } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import type { Context } from 'aws-lambda';
import { METRIC_NAMESPACE, METRICS, type MetricName } from './metric-names';

export const logger = new Logger();
const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
const tracer = new Tracer();

/** Adds X-Ray subsegments for the calls of an SDK client. */
export const traced = <C extends object>(client: C): C => tracer.captureAWSv3Client(client);

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

/** Keys for every later log line of this invocation, and annotations of its trace. */
export function identify(keys: { requestId?: string; tunnelId?: string; mode?: string }): void {
  logger.appendKeys(keys);
  for (const [key, value] of Object.entries(keys)) tracer.putAnnotation(key, value);
}

/** The invocation's trace header, in the form that rows and events carry. */
export const traceHeader = (): string | undefined => process.env['_X_AMZN_TRACE_ID'];

type Handler<E, R> = (event: E, context: Context) => Promise<R>;

/** Wraps a handler: its metrics are written and its log keys forgotten when it ends, however it ends. What it throws Lambda logs. */
export function instrumented<E, R>(handler: Handler<E, R>): Handler<E, R> {
  return async (event, context) => {
    logger.addContext(context);
    const segment = openSegment();
    try {
      return await handler(event, context);
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      metrics.clearDimensions();
      logger.resetKeys();
      segment.close();
    }
  };
}

/** A subsegment named after the handler, made current so that SDK calls hang below it. */
function openSegment(): { close(): void } {
  if (!tracer.isTracingEnabled()) return { close: () => undefined };
  const parent = tracer.getSegment();
  const segment = parent?.addNewSubsegment('## handler');
  if (!parent || !segment) return { close: () => undefined };
  tracer.setSegment(segment);
  tracer.annotateColdStart();
  tracer.addServiceNameAnnotation();
  return {
    close: () => {
      segment.close();
      tracer.setSegment(parent);
    },
  };
}
