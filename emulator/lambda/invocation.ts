import type { InvocationOutcome, Origin, StreamedResult } from '../services';
import type { CpuUse } from './cpu-share';
import type { TraceContext } from './trace-header';

/** One request to run a function. */
export interface Invocation {
  /** The same for every attempt of one asynchronous invocation. */
  readonly requestId: string;
  /** JSON text */
  readonly payload: string;
  readonly trace: TraceContext;
  readonly origin: Origin;
  /** When the invocation was requested, ms since the epoch. */
  readonly askedAt: number;
  /** The fault from the fault plan: the function throws before it has done anything, or its process ends. */
  readonly fault?: RunFault;
  /**
   * The invoker takes a streamed response. Called when the head of such a response has come; the result of the invocation follows when the
   * stream has ended. Without it, a streamed response is collected.
   */
  readonly onStream?: (stream: Pick<StreamedResult, 'head' | 'body'>) => void;
}

export type RunFault = 'throw' | 'exit';

/** The result of an invocation that ran. */
export type RunOutcome = Exclude<InvocationOutcome, { kind: 'throttled' }>;

/** What an invocation cost: the numbers of its REPORT line. Times are in ms. */
export interface InvocationRecord {
  /** When it ended, ms since the epoch. */
  readonly at: number;
  readonly functionName: string;
  readonly requestId: string;
  readonly environmentId: string;
  readonly coldStart: boolean;
  /** From the request until an environment took it, in ms. */
  readonly waitedMs: number;
  /** From hand-over until the runtime asked for the next invocation, or ended. */
  readonly durationMs: number;
  /** Whole ms; includes init (https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase). */
  readonly billedMs: number;
  /** Only on a cold start, when the invocation waited for the init. */
  readonly initMs?: number;
  readonly maxMemoryMb?: number;
  /** Only of a function whose CPU time is limited. */
  readonly cpu?: CpuUse;
  readonly kind: RunOutcome['kind'];
  /** `Sandbox.Timedout`, `Runtime.ExitError`, or the name of the error that was thrown; on errors only. */
  readonly errorType?: string;
  /** Only when the invocation's trace is sampled. */
  readonly trace?: InvocationTrace;
}

/** Additional data of an invocation for X-Ray. */
export interface InvocationTrace extends TraceContext {
  /** The parent of the function's own segments. */
  readonly segmentId: string;
  /** When the invocation was requested, ms since the epoch. */
  readonly askedAt: number;
  /** From hand-over until the answer, in ms. */
  readonly handlerMs: number;
}

/** @param errorType as Lambda names it; @param message is written after the request id, as in every platform error */
export function platformError(errorType: string, requestId: string, message: string): RunOutcome {
  return { kind: 'error', errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` };
}

/** The outcome of a function whose response exceeds the limit. */
export const responseTooLarge = (bytes: number, maxBytes: number): RunOutcome => ({
  kind: 'error',
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${maxBytes} bytes).`,
});
