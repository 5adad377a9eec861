import type { AgentErrorCode, Headers } from '../../protocol';
import type { Body } from './body-store';
import type { Cohort, Mode } from './answer-path';

/** Shape of the event and the wake: during a deploy old and new code meet. */
export const SHAPE_VERSION = 1;

/** Shape of the row. From 2 on its waiter fetches the answer's body from the body store, where it is too large for the row. */
export const ROW_VERSION = 2;

/** A visitor's request that an agent has been asked to answer: the row while it is `pending`. */
export interface PendingRequest {
  readonly requestId: string;
  readonly tunnelId: string;
  readonly owner: string;
  readonly mode: Mode;
  /** What the request was assigned; rows of older code have none. Decides nothing any more: it is there to be looked at. */
  readonly cohort?: Cohort;
  /** Connection on the wake channel that hears of the answer; none in mode `polling`. */
  readonly waiterConnectionId?: string;
  /** When the visitor is given up, in ms since the epoch. */
  readonly deadline: number;
  readonly traceHeader?: string;
}

/** What the agent answered. */
export type Outcome =
  | { readonly kind: 'response'; readonly statusCode: number; readonly headers: Headers; readonly body: Body }
  | { readonly kind: 'failure'; readonly code: AgentErrorCode; readonly message: string };

export interface Completion {
  readonly outcome: Outcome;
  /** When the row became `completed`, in ms since the epoch. */
  readonly completedAt: number;
}

/** What came of an answer (all but `completed` and `duplicate` change nothing and wake nobody). */
export type CompletionResult =
  | { readonly kind: 'completed'; readonly request: PendingRequest }
  /** The same agent had answered before: its first try succeeded although it did not hear so. */
  | { readonly kind: 'duplicate'; readonly request: PendingRequest }
  /** Nobody waits any more. */
  | { readonly kind: 'late' }
  /** The request belongs to another tunnel or owner. */
  | { readonly kind: 'foreign' };

/** Who answers which request. */
export interface Answerer {
  readonly requestId: string;
  readonly tunnelId: string;
  readonly owner: string;
}

/** What a pending request is to the agent that wants to answer it. */
export type RequestState =
  | { readonly kind: 'waiting'; readonly request: PendingRequest }
  /** Somebody waits, whose older code knows of no body store. */
  | { readonly kind: 'outdated' }
  | Exclude<CompletionResult, { kind: 'completed' }>;

/** Where pending requests are kept. */
export interface PendingRequests {
  put(request: PendingRequest): Promise<void>;
  /** The answer, if there is one yet. Leaves the row. @param signal ends the read, which rejects then */
  read(requestId: string, signal?: AbortSignal): Promise<Completion | undefined>;
  /** Sends the removal of the row, whatever its state, and waits for nothing but that it is on its way. What it does not remove is left to sweep. */
  remove(requestId: string): Promise<void>;
  /** Removes the row and gives the answer if there was one, in one act: a lost reply loses the answer, so it is for the last look only. */
  take(requestId: string): Promise<Completion | undefined>;
  /** Whether the row waits for an answer from this tunnel and owner. */
  stateFor(answerer: Answerer): Promise<RequestState>;
  /** Stores an answer, if the row still waits for one from this tunnel and owner. */
  complete(answer: Answerer & Completion): Promise<CompletionResult>;
  /** Asks the bus to wake the waiter of a completed request, if its row is still there. */
  handToBus(requestId: string): Promise<void>;
}

/** Seconds after the deadline at which the row may be removed by TTL: the last net, after the waiter and sweep. */
const EXPIRY_MARGIN_SECONDS = 60;

/** TTL attribute: whole seconds since the epoch. */
export const expiresAt = (deadline: number): number => Math.ceil(deadline / 1000) + EXPIRY_MARGIN_SECONDS;
