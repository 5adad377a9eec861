import type { AgentErrorCode, Headers } from '../../protocol';
import type { Body } from './body-store';
import type { Cohort, Mode } from './answer-path';

/** Version of the shape of the event and the wake: during a deployment, old and new code exchange them. */
export const SHAPE_VERSION = 1;

/** Version of the shape of the row. From version 2 on, the waiter can fetch the body of an answer from the body store. */
export const ROW_VERSION = 2;

/** A visitor's request that an agent has been asked to answer: the row while it is `pending`, or what the ticket says. */
export interface PendingRequest {
  readonly requestId: string;
  readonly tunnelId: string;
  readonly owner: string;
  readonly mode: Mode;
  /** The cohort of the request; rows of older code have none. Nothing depends on it any more: it is for people who look at the row. */
  readonly cohort?: Cohort;
  /** The connection on the wake channel to which the wake is sent; none in mode `polling`. */
  readonly waiterConnectionId?: string;
  /** When the visitor is told that no answer came, in ms since the epoch. */
  readonly deadline: number;
  readonly traceHeader?: string;
}

/** What the agent answered. */
export type RequestOutcome =
  | { readonly kind: 'response'; readonly statusCode: number; readonly headers: Headers; readonly body: Body }
  | { readonly kind: 'failure'; readonly code: AgentErrorCode; readonly message: string };

export type Response = Extract<RequestOutcome, { kind: 'response' }>;

export interface Completion {
  readonly outcome: RequestOutcome;
  /** When receive-message took the answer, in ms since the epoch: just before the answer is stored or posted. */
  readonly completedAt: number;
}

/** The result of storing an answer. `late` and `foreign` change nothing and wake nobody. */
export type CompletionResult =
  | { readonly kind: 'completed'; readonly request: PendingRequest }
  /** The same agent has answered before: its first try succeeded, but the agent did not learn that. */
  | { readonly kind: 'duplicate'; readonly request: PendingRequest }
  /** Nobody waits any more. */
  | { readonly kind: 'late' }
  /** The request belongs to another tunnel or owner. */
  | { readonly kind: 'foreign' };

/** The agent that answers a request, known by its tunnel and owner. */
export interface AnsweringAgent {
  readonly requestId: string;
  readonly tunnelId: string;
  readonly owner: string;
}

/** The state of a pending request for the agent that wants to answer it. */
export type RequestState =
  | { readonly kind: 'waiting'; readonly request: PendingRequest }
  /** A waiter waits, but its older code has no body store. */
  | { readonly kind: 'outdated' }
  | Exclude<CompletionResult, { kind: 'completed' }>;

/** The store of pending requests. */
export interface PendingRequests {
  /** Puts the row, unless the request has a row already: an answer that came meanwhile stays. */
  put(request: PendingRequest): Promise<void>;
  /** The answer, if there is one yet. The row stays. @param signal aborts the read, which then rejects */
  read(requestId: string, signal?: AbortSignal): Promise<Completion | undefined>;
  /** Sends the removal of the row, in any state, without waiting for the reply. `sweep` removes a row whose removal failed. */
  remove(requestId: string): Promise<void>;
  /**
   * Removes the row and returns the answer, if there is one, in one operation. If the reply is lost, the answer is lost too, so
   * this is for the last look only.
   */
  take(requestId: string): Promise<Completion | undefined>;
  /** Whether the row waits for an answer from this tunnel and owner. */
  stateFor(answerer: AnsweringAgent): Promise<RequestState>;
  /** Stores an answer, if the row still waits for one from this tunnel and owner. */
  complete(answer: AnsweringAgent & Completion): Promise<CompletionResult>;
  /**
   * Stores an answer that came with a ticket, and asks the bus to wake the waiter. The row is made if there is none. A row that waits for an
   * answer from the same tunnel and owner is completed; any other row stays as it is.
   */
  store(request: PendingRequest, completion: Completion): Promise<CompletionResult>;
  /** Asks the bus to wake the waiter of a completed request, if its row is still there. */
  handToBus(requestId: string): Promise<void>;
}

/** Seconds after the deadline at which TTL may remove the row, if neither the waiter nor `sweep` has done so. */
const EXPIRY_MARGIN_SECONDS = 60;

/** TTL attribute: whole seconds since the epoch. */
export const expiresAt = (deadline: number): number => Math.ceil(deadline / 1000) + EXPIRY_MARGIN_SECONDS;
