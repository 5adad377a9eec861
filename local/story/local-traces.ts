import type { LogStore } from '../../emulator/logs/log-store';
import type { Segment, Subsegment } from '../../emulator/xray/segment';
import { TraceStore, withAnnotations } from '../../emulator/xray/trace-store';
import type { TimelineEntry, TracedRequest, Traces } from './story';
import { timelineOf } from './timeline';

/** Keeps the newest traces of the local cloud, and finds requests in them. */
export class LocalTraces implements Traces {
  private readonly traces: TraceStore;
  /** By trace id. */
  private readonly requestsOf = new Map<string, Set<string>>();
  /** By request id, in the order in which the ids first appear. */
  private readonly requests = new Map<string, { traceIds: Set<string>; seen?: TracedRequest }>();

  constructor(
    private readonly logs: Pick<LogStore, 'about'>,
    maxSegments?: number,
  ) {
    this.traces = new TraceStore(maxSegments);
  }

  add(segment: Segment): void {
    const requestIds = this.requestsOf.get(segment.trace_id) ?? new Set();
    this.requestsOf.set(segment.trace_id, requestIds);
    for (const part of withAnnotations(segment)) this.index(part, segment.trace_id, requestIds);
    for (const dropped of this.traces.add(segment)) this.forget(dropped);
  }

  recent(limit: number): readonly TracedRequest[] {
    return [...this.requests.values()]
      .flatMap(({ seen }) => seen ?? [])
      .slice(-limit)
      .reverse();
  }

  timeline(requestId: string): readonly TimelineEntry[] {
    const lines = this.logs.about(requestId);
    const traceIds = new Set([
      ...(this.requests.get(requestId)?.traceIds ?? []),
      ...this.tracesOf(new Set(lines.flatMap((line) => line.requestId ?? []))),
    ]);
    const segments = [...traceIds].flatMap((id) => this.traces.segmentsOf(id));
    return timelineOf(requestId, { segments, lines });
  }

  /** Traces of invocations, by Lambda's own request id: a crashed invocation has no other id. */
  private tracesOf(invocations: ReadonlySet<string>): string[] {
    const isOne = ({ origin, aws }: Segment): boolean => origin === 'AWS::Lambda' && invocations.has(aws?.request_id ?? '');
    return this.traces.all().flatMap(([traceId, segments]) => (segments.some(isOne) ? traceId : []));
  }

  /** All kept segments, the oldest trace first. */
  segments(): readonly Segment[] {
    return this.traces.all().flatMap(([, segments]) => segments);
  }

  private index(part: Subsegment, traceId: string, requestIds: Set<string>): void {
    const { requestId, tunnelId, mode, error, Service } = part.annotations ?? {};
    if (typeof requestId !== 'string') return;
    requestIds.add(requestId);
    const request = this.requests.get(requestId) ?? { traceIds: new Set() };
    this.requests.set(requestId, request);
    request.traceIds.add(traceId);
    if (Service !== 'forward-request') return;
    request.seen = {
      requestId,
      at: part.start_time * 1000,
      ms: ((part.end_time ?? part.start_time) - part.start_time) * 1000,
      failed: error !== undefined || part.fault === true,
      ...(typeof tunnelId === 'string' && { tunnelId }),
      ...(typeof mode === 'string' && { mode }),
      ...(typeof error === 'string' && { error }),
    };
  }

  private forget(traceId: string): void {
    const requestIds = this.requestsOf.get(traceId) ?? [];
    this.requestsOf.delete(traceId);
    for (const requestId of requestIds) {
      const request = this.requests.get(requestId);
      request?.traceIds.delete(traceId);
      if (request?.traceIds.size === 0) this.requests.delete(requestId);
    }
  }
}
