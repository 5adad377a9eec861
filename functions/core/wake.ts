import type { AgentErrorCode, BodyRef, Headers } from '../../protocol';
import { isStored, MAX_ROW_BODY_BYTES, type Body } from './body-store';
import type { Mailbox } from './mailbox';
import type { Completion, Outcome } from './pending-request';

/** The word that an answer is there. It only makes waiting quick: the row is what counts. */
export interface Wake {
  readonly version: number;
  readonly requestId: string;
  /** Who posted it. */
  readonly source: 'bus' | 'direct';
  /** The answer itself, where it is small enough to ride along: what the row holds, byte for byte. */
  readonly completion?: Completion;
}

/** A request's place on the wake channel. */
export interface WakeSubscription {
  /** Where wakers post to; written into the row. */
  readonly waiterConnectionId: string;
  readonly inbox: Mailbox<Wake>;
  close(): void;
}

/**
 * The waiter's end of the wake channel: a socket per execution environment in this implementation; a queue could stand in.
 */
export interface WakeChannel {
  /** Gets ready to hear of one request; `undefined` when the channel is not usable in time, so that the request polls. Never rejects. */
  subscribe(requestId: string): Promise<WakeSubscription | undefined>;
}

/** The wakers' end. */
export interface WakePoster {
  /** Whether the waiter was told, or wants to be told no more; false: somebody else has to. Never rejects. */
  post(waiterConnectionId: string, wake: Wake): Promise<boolean>;
}

/**
 * A wake's size up to which the answer rides along, in bytes: with framing it stays below 32 KB, which API Gateway carries in one
 * frame and meters as one message (https://aws.amazon.com/api-gateway/pricing/).
 */
const MAX_WAKE_BYTES = 28 * 1024;

/** How an answer is written in a wake: as in the row, but for a body that is not in the body store: JSON carries it as base64. */
interface EncodedCompletion {
  readonly completedAt: number;
  readonly outcome:
    | { readonly kind: 'response'; readonly statusCode: number; readonly headers: Headers; readonly body: string | BodyRef }
    | { readonly kind: 'failure'; readonly code: AgentErrorCode; readonly message: string };
}

/** Writes a wake; an answer that is too large for it is left out, and read from the row. */
export function encodeWake({ completion, ...wake }: Wake): string {
  const bare = JSON.stringify(wake);
  if (!completion || !mayRideAlong(completion.outcome)) return bare;
  const whole = JSON.stringify({ ...wake, completion: encodeCompletion(completion) });
  return Buffer.byteLength(whole) <= MAX_WAKE_BYTES ? whole : bare;
}

/** Spares the encoding of what is certainly too large. */
const mayRideAlong = (outcome: Outcome): boolean =>
  outcome.kind === 'failure' || isStored(outcome.body) || outcome.body.length <= MAX_ROW_BODY_BYTES;

/** Reads a message of the wake channel; `undefined` for anything that is not a wake. */
export function parseWake(value: unknown): Wake | undefined {
  const wake = value as (Partial<Omit<Wake, 'completion'>> & { completion?: EncodedCompletion }) | null;
  if (typeof wake !== 'object' || wake === null) return undefined;
  const { version, requestId, source, completion } = wake;
  if (typeof version !== 'number' || typeof requestId !== 'string') return undefined;
  if (source !== 'bus' && source !== 'direct') return undefined;
  return { version, requestId, source, ...(completion && { completion: decodeCompletion(completion) }) };
}

function encodeCompletion({ completedAt, outcome }: Completion): EncodedCompletion {
  return {
    completedAt,
    outcome: outcome.kind === 'failure' ? outcome : { ...outcome, body: encodeBody(outcome.body) },
  };
}

function decodeCompletion({ completedAt, outcome }: EncodedCompletion): Completion {
  return {
    completedAt,
    outcome: outcome.kind === 'failure' ? outcome : { ...outcome, body: decodeBody(outcome.body) },
  };
}

const encodeBody = (body: Body): string | BodyRef => (isStored(body) ? body : Buffer.from(body).toString('base64'));
const decodeBody = (body: string | BodyRef): Body => (typeof body === 'string' ? Buffer.from(body, 'base64') : body);
