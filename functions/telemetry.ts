/**
 * Powertools as all functions use it: one Logger per function (logger.ts), Metrics in metrics.ts, the Tracer in tracing.ts. Log lines
 * carry requestId, tunnelId and mode, never a body, token, cookie or query. Nothing here can fail a request.
 */
import type { Context } from 'aws-lambda';
import { logger } from './logger';
import { nameLines, publishMetrics } from './metrics';
import { annotate, openHandlerSpan } from './tracing';

export { logger };

/**
 * Names the subject of this invocation in its later log lines, in the annotations of its trace, and (the request id) in the lines
 * of its metrics. Logs, traces and metrics of one request can then be found by its id.
 */
export function identify(keys: { requestId?: string; tunnelId?: string; mode?: string }): void {
  logger.appendKeys(keys);
  annotate(keys);
  if (keys.requestId !== undefined) nameLines({ requestId: keys.requestId });
}

/** The same for an invocation that handles several requests: only the lines of its metrics name them. */
export const identifyBatch = (requestIds: readonly string[]): void => nameLines({ requestIds: requestIds.join(' ') });

/** The invocation's trace header, in the form that rows and events carry. */
export const currentTraceHeader = (): string | undefined => process.env['_X_AMZN_TRACE_ID'];

type Handler<E, R> = (event: E, context: Context) => Promise<R>;

/**
 * Wraps a handler: when the handler ends, with or without an error, its metrics are written and its log keys are cleared. Lambda
 * logs the error that a handler throws.
 */
export function instrumented<E, R>(handler: Handler<E, R>): Handler<E, R> {
  return async (event, context) => {
    logger.addContext(context);
    const span = await openHandlerSpan();
    try {
      return await handler(event, context);
    } finally {
      publishMetrics();
      logger.resetKeys();
      span.close();
    }
  };
}
