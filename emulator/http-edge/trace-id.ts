import { nameBytes } from '../random-name';

/**
 * The `X-Amzn-Trace-Id` that API Gateway puts on a request: a new root, or a `Self` field before the header that was sent
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html). An HTTP API
 * only passes the header on; the function's invocation does not become part of the trace (aws/aws-xray-sdk-java#301).
 * @param at in ms since the epoch
 */
export function traceIdHeader(given: string | undefined, at: number): string {
  const id = `1-${Math.floor(at / 1000)
    .toString(16)
    .padStart(8, '0')}-${nameBytes(12).toString('hex')}`;
  return given?.includes('Root=') ? `Self=${id};${given}` : `Root=${id}`;
}
