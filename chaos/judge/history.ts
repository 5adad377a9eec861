/** What is recorded of a run, for the judgement afterwards. Times are in ms since the epoch. */
import type { LeftOver } from './left-over';

/** How a visit ended, as the visitor saw it. */
export type VisitEnd =
  /** The bytes that the visitor's own request asked for. */
  | { readonly kind: 'own-answer' }
  /** Bytes of another request, or bytes that were changed. */
  | { readonly kind: 'wrong-answer'; readonly found: string }
  /** An error of the tunnel, with the status that belongs to its code. */
  | { readonly kind: 'tunnel-error'; readonly code: string }
  /** The right bytes, but not all of them, and an end that looks like the end of the whole answer. Only at the streaming door. */
  | { readonly kind: 'short-answer'; readonly bytes: number }
  /** An error of API Gateway, or of a function URL. */
  | { readonly kind: 'gateway-error'; readonly status: number }
  /** Something that no document describes. */
  | { readonly kind: 'unknown-error'; readonly status: number; readonly found: string }
  /** The connection ended before the answer was complete. */
  | { readonly kind: 'cut'; readonly code: string }
  /** Nothing came until the visitor gave up, long after the deadline. */
  | { readonly kind: 'silence' }
  /** The visitor went away early, as planned. */
  | { readonly kind: 'left' };

/** One request of a visitor. */
export interface Visit {
  /** Names the request in every place; no other request has it. */
  readonly nonce: string;
  /** Its place among the requests of its phase. */
  readonly index: number;
  readonly tunnel: string;
  readonly sentAt: number;
  readonly endedAt: number;
  readonly end: VisitEnd;
  /** The tunnel's id of the request, if the visitor was told. */
  readonly requestId?: string;
  /** Set for a visit at the streaming door. */
  readonly streamed?: StreamedVisit;
}

export interface StreamedVisit {
  /** Size of the right body. */
  readonly bytes: number;
  /** How many of the right bytes have come. */
  readonly got: number;
  /** The local service breaks off before the end of its answer. */
  readonly breaks: boolean;
  /** For how long the visitor read nothing, in ms. */
  readonly pausedMs: number;
}

/** An invocation of `stream-request` that has ended. */
export interface WaiterEnd {
  readonly endedAt: number;
  /** How long it ran, in ms. */
  readonly ranMs: number;
  /** Why it failed, if it did. */
  readonly failure?: string;
}

/** One request that a local service got. */
export interface Sighting {
  readonly nonce: string;
  /** The tunnel whose service it is. */
  readonly tunnel: string;
  readonly at: number;
  /** Whether the body was the one that the visitor had sent. */
  readonly intact: boolean;
}

/** Something of the plan that has happened. */
export interface Happened {
  readonly kind: string;
  /** The tunnel whose agent it happened to; missing for what happens to everybody. */
  readonly tunnel?: string;
  readonly from: number;
  readonly to: number;
}

export interface History {
  readonly visits: readonly Visit[];
  readonly sightings: readonly Sighting[];
  /** When the cloud stored the answer to a request, by the tunnel's id of the request. */
  readonly stored: ReadonlyMap<string, number>;
  /**
   * When the cloud took the answer to a request from its own agent without failing, by the tunnel's id of the request. An answer that was
   * taken may be stored or not.
   */
  readonly taken: ReadonlyMap<string, number>;
  /**
   * How long a request waited until this machine had an execution environment for it, in ms, by its nonce. On AWS no request waits for
   * that, so this time counts against nobody.
   */
  readonly waited: ReadonlyMap<string, number>;
  /** Why the function that waits failed, by the request's nonce: for people. */
  readonly failures: ReadonlyMap<string, string>;
  /** The waiters of visits at the streaming door, by the request's nonce. */
  readonly waiters: ReadonlyMap<string, WaiterEnd>;
  readonly happened: readonly Happened[];
  readonly leftOver: LeftOver;
}
