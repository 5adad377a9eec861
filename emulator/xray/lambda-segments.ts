import { newSegmentId } from '../lambda/trace-header';
import type { InvocationRecord } from '../lambda/invocation';
import type { Segment, Subsegment } from './segment';

/**
 * The two segments that Lambda itself records for a sampled invocation: the segment of the service (`AWS::Lambda`), which begins with
 * the request, and below it the segment of the function. The function's segment contains Initialization (on a cold start), Invocation,
 * and Overhead until the environment is free again (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html).
 * @returns an empty list for an invocation that is not sampled
 */
export function lambdaSegments(record: InvocationRecord): readonly Segment[] {
  const { at, functionName, requestId, durationMs, initMs = 0, coldStart, kind, trace } = record;
  if (!trace) return [];
  const startedAt = at - durationMs;
  const fault = kind === 'error' && { fault: true, ...(record.errorType && { cause: { exceptions: [{ type: record.errorType }] } }) };
  const common = { trace_id: trace.traceId, name: functionName, end_time: at / 1000, ...fault };
  const service: Segment = {
    ...common,
    id: newSegmentId(),
    ...(trace.parentId !== undefined && { parent_id: trace.parentId }),
    origin: 'AWS::Lambda',
    start_time: Math.min(trace.askedAt, startedAt - initMs) / 1000,
    aws: { request_id: requestId },
  };
  const answeredAt = startedAt + trace.handlerMs;
  const ran: Segment = {
    ...common,
    id: trace.segmentId,
    parent_id: service.id,
    origin: 'AWS::Lambda::Function',
    start_time: (startedAt - initMs) / 1000,
    aws: { request_id: requestId },
    subsegments: [
      ...(coldStart ? [part('Initialization', startedAt - initMs, startedAt)] : []),
      part('Invocation', startedAt, answeredAt),
      part('Overhead', answeredAt, at),
    ],
  };
  return [service, ran];
}

const part = (name: string, from: number, to: number): Subsegment => ({
  id: newSegmentId(),
  name,
  start_time: from / 1000,
  end_time: to / 1000,
});
