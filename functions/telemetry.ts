/**
 * Powertools as all functions use it: one Logger and Tracer per function, Metrics in metrics.ts. Log lines carry requestId, tunnelId and
 * mode, never a body, token, cookie or query. Nothing here can fail a request.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import type { Context } from 'aws-lambda';
import { publishMetrics } from './metrics';

export const logger = new Logger();
const tracer = new Tracer();

/** Adds X-Ray subsegments for the calls of an SDK client. */
export const traced = <C extends object>(client: C): C => tracer.captureAWSv3Client(client);

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
      publishMetrics();
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
