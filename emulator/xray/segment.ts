/**
 * X-Ray's segment documents (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html), with the fields that
 * this project and Lambda use.
 */

/** A segment, or a subsegment within one; times are seconds since the epoch. */
export interface Subsegment {
  readonly id: string;
  readonly name: string;
  readonly start_time: number;
  /** Missing while the segment is in progress. */
  readonly end_time?: number;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string | number | boolean>>;
  readonly aws?: { readonly operation?: string; readonly region?: string; readonly table_name?: string; readonly request_id?: string };
  readonly error?: boolean;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly cause?: { readonly exceptions?: readonly { readonly type?: string }[] };
  readonly subsegments?: readonly Subsegment[];
}

/** A document that the daemon receives: a segment, or a subsegment whose segment another program sends. */
export interface Segment extends Subsegment {
  readonly trace_id: string;
  readonly parent_id?: string;
  readonly type?: 'subsegment';
  /** The creator of the segment: `AWS::Lambda`, `AWS::Lambda::Function`. */
  readonly origin?: string;
}

/** Whether a JSON value is a segment. */
export function isSegment(value: unknown): value is Segment {
  const { id, name, trace_id, start_time } = (value ?? {}) as Partial<Record<keyof Segment, unknown>>;
  return typeof id === 'string' && typeof name === 'string' && typeof trace_id === 'string' && typeof start_time === 'number';
}

export const hasFailed = ({ error, fault, throttle }: Subsegment): boolean => Boolean(error || fault || throttle);
