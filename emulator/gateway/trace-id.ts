import { randomBytes } from 'node:crypto';

/**
 * The `X-Amzn-Trace-Id` that API Gateway puts on a request: a new root, or its own mark before the one that came along
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html). An HTTP API
 * only hands it on as a header; it does not carry the trace into the function (aws/aws-xray-sdk-java#301).
 * @param at in ms since the epoch
 */
export function traceIdHeader(given: string | undefined, at: number): string {
  const id = `1-${Math.floor(at / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
  return given?.includes('Root=') ? `Self=${id};${given}` : `Root=${id}`;
}
