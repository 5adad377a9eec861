import type { AgentErrorCode } from '../protocol';
import { RequestExpiredError, type LocalServiceError } from './errors';

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
  /** Why the local service gave no answer, if there is none. */
  readonly error?: AgentErrorCode;
  /** How long after its deadline the request came, in ms, if the local service was not asked for that reason (`expired`). */
  readonly tooOldByMs?: number;
  /** What cannot work at the address that the visitor used, with the remedy. */
  readonly hint?: string;
}

export const failureFigures = (failure: LocalServiceError): Pick<RequestSummary, 'error' | 'tooOldByMs'> => ({
  error: failure.code,
  ...(failure instanceof RequestExpiredError && { tooOldByMs: failure.tooOldByMs }),
});
