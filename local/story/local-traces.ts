import type { LogStore } from '../../emulator/logs/log-store';
import type { Segment, Subsegment } from '../../emulator/xray/segment';
import type { TimelineEntry, TracedRequest, Traces } from './story';
import { timelineOf } from './timeline';

/** Limit of kept segments. A request makes about fifteen segments, of about a kilobyte each. */
const MAX_SEGMENTS = 20_000;

/** Replaces X-Ray in the local cloud: keeps the newest traces and finds requests in them. */
export class LocalTraces implements Traces {
  /** By trace id, the oldest first. */
  private readonly traces = new Map<string, { segments: Segment[]; requestIds: Set<string> }>();
  /** By request id, in the order in which the ids first appear. */
  private readonly requests = new Map<string, { traceIds: Set<string>; seen?: TracedRequest }>();
  private count = 0;

  constructor(
    private readonly logs: Pick<LogStore, 'about'>,
    private readonly maxSegments = MAX_SEGMENTS,
  ) {}

  add(segment: Segment): void {
    const trace = this.traces.get(segment.trace_id) ?? { segments: [], requestIds: new Set() };
    this.traces.set(segment.trace_id, trace);
    trace.segments.push(segment);
    this.count += 1;
    for (const part of withAnnotations(segment)) this.index(part, segment.trace_id, trace.requestIds);
    while (this.count > this.maxSegments) this.forgetOldest();
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
    const segments = [...traceIds].flatMap((id) => this.traces.get(id)?.segments ?? []);
    return timelineOf(requestId, { segments, lines });
  }

  /** Traces of invocations, by Lambda's own request id: a crashed invocation has no other id. */
  private tracesOf(invocations: ReadonlySet<string>): string[] {
    const isOne = ({ origin, aws }: Segment): boolean => origin === 'AWS::Lambda' && invocations.has(aws?.request_id ?? '');
    return [...this.traces].filter(([, { segments }]) => segments.some(isOne)).map(([traceId]) => traceId);
  }

  /** All kept segments, the oldest trace first. */
  segments(): readonly Segment[] {
    return [...this.traces.values()].flatMap(({ segments }) => segments);
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

  private forgetOldest(): void {
    const [oldest] = this.traces;
    if (!oldest) return;
    const [traceId, { segments, requestIds }] = oldest;
    this.traces.delete(traceId);
    this.count -= segments.length;
    for (const requestId of requestIds) {
      const request = this.requests.get(requestId);
      request?.traceIds.delete(traceId);
      if (request?.traceIds.size === 0) this.requests.delete(requestId);
    }
  }
}

function* withAnnotations(part: Subsegment): Generator<Subsegment> {
  if (part.annotations) yield part;
  for (const child of part.subsegments ?? []) yield* withAnnotations(child);
}
