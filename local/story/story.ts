/** The story of one visitor's request, for the console of `npm start` and for `npm run trace`. Times are in ms since the epoch. */

/** Something that happened to one request: an X-Ray (sub)segment, or a line of a function's log. */
export interface TimelineEntry {
  readonly at: number;
  /** Duration, in ms; missing for a log line. */
  readonly ms?: number;
  /** Without the environment: `forward-request`. */
  readonly functionName: string;
  readonly kind: 'invocation' | 'call' | 'log';
  readonly text: string;
  readonly failed: boolean;
  /** Depth below the invocation, 0 for the invocation itself. */
  readonly depth: number;
}

/** A visitor's request as `forward-request` recorded it. */
export interface TracedRequest {
  readonly requestId: string;
  readonly at: number;
  readonly ms: number;
  /** Whether the visitor got an error of the tunnel itself. */
  readonly failed: boolean;
  /** Code of that error. */
  readonly error?: string;
  readonly tunnelId?: string;
  readonly mode?: string;
}

export interface Traces {
  /** The requests seen last, newest first. */
  recent(limit: number): readonly TracedRequest[];
  /** The story of one request through all functions, in the order of time; empty when nothing is known of it. */
  timeline(requestId: string): readonly TimelineEntry[];
}
