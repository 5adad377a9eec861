import type { AgentErrorCode } from '../protocol';

/** One finished request, for people. */
export interface RequestSummary {
  readonly method: string;
  /** Without the query, which may carry secrets. */
  readonly path: string;
  /** From the request's arrival at the agent to its answer, in ms. */
  readonly ms: number;
  /** Of the answer's body. */
  readonly bytes: number;
  /** The local service's status, when it answered ... */
  readonly status?: number;
  /** ... or why there is no answer of its. */
  readonly error?: AgentErrorCode;
}
