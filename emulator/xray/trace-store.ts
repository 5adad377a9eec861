import type { Segment, Subsegment } from './segment';

/** Limit of kept segments. A request makes about fifteen segments, of about a kilobyte each. */
const MAX_SEGMENTS = 20_000;

/** Keeps the newest traces. */
export class TraceStore {
  /** By trace id, the oldest first. */
  private readonly traces = new Map<string, Segment[]>();
  private count = 0;

  constructor(private readonly maxSegments = MAX_SEGMENTS) {}

  /** @returns the ids of the traces that were dropped to make room */
  add(segment: Segment): readonly string[] {
    const segments = this.traces.get(segment.trace_id) ?? [];
    this.traces.set(segment.trace_id, segments);
    segments.push(segment);
    this.count += 1;
    return [...this.dropped()];
  }

  segmentsOf(traceId: string): readonly Segment[] {
    return this.traces.get(traceId) ?? [];
  }

  /** The oldest trace first. */
  all(): readonly (readonly [traceId: string, segments: readonly Segment[]])[] {
    return [...this.traces];
  }

  private *dropped(): Generator<string> {
    for (const [traceId, segments] of this.traces) {
      if (this.count <= this.maxSegments) return;
      this.traces.delete(traceId);
      this.count -= segments.length;
      yield traceId;
    }
  }
}

/** A segment's or subsegment's parts that have annotations, itself included. */
export function* withAnnotations(part: Subsegment): Generator<Subsegment> {
  if (part.annotations) yield part;
  for (const child of part.subsegments ?? []) yield* withAnnotations(child);
}
