import { nameBytes } from '../random-name';

/** The trace that an invocation belongs to. */
export interface TraceContext {
  /** `1-8hex-24hex`; the first eight digits are seconds since the epoch. */
  readonly traceId: string;
  /** The segment in which the invocation was requested; undefined when the trace begins here. */
  readonly parentId?: string;
  readonly sampled: boolean;
}

/**
 * Reads `X-Amzn-Trace-Id`: `Root=1-8hex-24hex;Parent=16hex;Sampled=0|1`. A given trace and its sampling decision are kept; without
 * a header, a new trace begins. https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 * @param samples the sampling decision when the header has none
 */
export function traceContextOf(given: string | undefined, samples: boolean): TraceContext {
  const traceId = /Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(given ?? '')?.[1];
  const parentId = /Parent=([0-9a-f]{16})/.exec(given ?? '')?.[1];
  const decided = /Sampled=([01])/.exec(given ?? '')?.[1];
  return {
    traceId: traceId ?? newTraceId(),
    ...(traceId !== undefined && parentId !== undefined && { parentId }),
    sampled: traceId !== undefined && decided !== undefined ? decided === '1' : samples,
  };
}

/** The trace header for a run of a function: the function's segments get `segmentId` as their parent. */
export const traceHeader = ({ traceId, sampled }: TraceContext, segmentId: string): string =>
  `Root=${traceId};Parent=${segmentId};Sampled=${sampled ? 1 : 0}`;

export const newSegmentId = (): string => nameBytes(8).toString('hex');

function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, '0');
  return `1-${seconds}-${nameBytes(12).toString('hex')}`;
}
