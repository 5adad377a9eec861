import type { AgentErrorCode } from '../protocol';
import { RequestExpiredError, VisitorLeftError, type LocalServiceError } from './errors';

/** A request whose answer is sent as a stream and has begun, for people. */
export interface StreamBeginning {
  readonly method: string;
  /** Without the query, which may carry secrets. */
  readonly path: string;
  /** From the request's arrival at the agent to the head of its answer, in ms. */
  readonly ms: number;
  readonly status: number;
}

/** One finished request, for people. */
export interface RequestSummary {
  readonly method: string;
  /** Without the query, which may carry secrets. */
  readonly path: string;
  /** From the request's arrival at the agent to its answer, in ms. */
  readonly ms: number;
  /** Size of the answer's body. */
  readonly bytes: number;
  /** The local service's status, if the local service answered. */
  readonly status?: number;
  /** Why the local service gave no answer, if there is none, or why a stream was cut. */
  readonly error?: AgentErrorCode;
  /**
   * How the answer ended, if it was sent as a stream: all of it was sent, it broke off, or the visitor left. A visitor may also leave before the
   * answer has begun; then there is no status.
   */
  readonly stream?: 'complete' | 'cut' | 'visitor_left';
  /** Why a stream was cut, in a sentence. */
  readonly reason?: string;
  /** How long after its deadline the request came, in ms, if the local service was not asked for that reason (`expired`). */
  readonly tooOldByMs?: number;
  /** What cannot work at the address that the visitor used, with the remedy. */
  readonly hint?: string;
}

export const failureFigures = (failure: LocalServiceError): Pick<RequestSummary, 'error' | 'tooOldByMs' | 'stream'> =>
  failure instanceof VisitorLeftError
    ? { stream: 'visitor_left' }
    : { error: failure.code, ...(failure instanceof RequestExpiredError && { tooOldByMs: failure.tooOldByMs }) };

/** The end of the line about a request: how its answer ended, if it was sent as a stream; otherwise nothing. */
export function streamText({ stream, reason }: RequestSummary): string {
  switch (stream) {
    case undefined:
      return '';
    case 'complete':
      return ', stream complete';
    case 'visitor_left':
      return ', the visitor has left';
    case 'cut':
      return `, stream cut: ${reason ?? 'unknown reason'}`;
  }
}
