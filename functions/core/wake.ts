import { isAgentErrorCode, isBodyRef, isHeaders, type AgentErrorCode, type BodyRef, type Headers } from '../../protocol';
import { isInline } from './agent-outcome';
import { isStored, MAX_ROW_BODY_BYTES, type Body } from './body-store';
import type { Mailbox } from './mailbox';
import { SHAPE_VERSION, type Completion, type RequestOutcome } from './pending-request';
import { decodeNews, type EncodedNews, type StreamNews } from './stream/stream-part';

/**
 * The message that an answer is there. Where the request has a row, a wake only makes the waiting shorter: the row decides. Where it has a
 * ticket, the wake brings the answer.
 */
export interface Wake {
  readonly version: number;
  readonly requestId: string;
  /** What posted the wake. */
  readonly source: 'bus' | 'direct';
  /** The answer itself, if it is small enough. If the row has the answer too, both are equal, byte for byte. */
  readonly completion?: Completion;
  /** True if a request that had a ticket has a row now, which its waiter has to remove. */
  readonly stored?: true;
  /** A part of an answer that comes as a stream, or a sign of life of its agent. */
  readonly news?: StreamNews;
}

/** A request's subscription to the wake channel. */
export interface WakeSubscription {
  /** The connection to which wakes are posted; written into the row or the ticket. `renew` may change it. */
  readonly waiterConnectionId: string;
  readonly inbox: Mailbox<Wake>;
  /** Resolves when the connection is known to be lost. */
  lost(): Promise<void>;
  /** Replaces a connection that does not work. Whether there is another connection now. Never rejects. */
  renew(): Promise<boolean>;
  close(): void;
}

/** The waiter's end of the wake channel. This implementation has one socket per execution environment; a queue would also do. */
export interface WakeChannel {
  /** Subscribes to the wake of one request. `undefined` when the channel is not ready in time; the request then polls. Never rejects. */
  subscribe(requestId: string): Promise<WakeSubscription | undefined>;
}

/** The sender's end of the wake channel. */
export interface WakePoster {
  /** Whether the waiter was told. False: another way has to wake it. Never rejects. */
  post(waiterConnectionId: string, wake: Omit<Wake, 'news'>): Promise<boolean>;
}

/**
 * Largest wake that carries its answer, in bytes. With framing, the wake stays below 32 KB, which API Gateway carries in one
 * frame and meters as one message (https://aws.amazon.com/api-gateway/pricing/).
 */
const MAX_WAKE_BYTES = 28 * 1024;

/** An answer as it is written in a wake: as in the row, except that a body outside the body store is base64, for JSON. */
interface EncodedCompletion {
  readonly completedAt: number;
  readonly outcome:
    | { readonly kind: 'response'; readonly statusCode: number; readonly headers: Headers; readonly body: string | BodyRef }
    | { readonly kind: 'failure'; readonly code: AgentErrorCode; readonly message: string };
}

/** Encodes a wake. An answer that is too large for the wake is left out; the waiter reads it from the row. */
export function encodeWake({ completion, ...wake }: Omit<Wake, 'news'>): string {
  if (!completion || !fitsWake({ ...wake, completion })) return JSON.stringify(wake);
  return JSON.stringify({ ...wake, completion: encodeCompletion(completion) });
}

/** Encodes the wake of a part of a stream. */
export const encodeNewsWake = (requestId: string, news: EncodedNews): string =>
  JSON.stringify({ version: SHAPE_VERSION, requestId, source: 'direct', news });

/** Whether the answer is small enough for its wake. */
export function fitsWake({ completion, ...wake }: Omit<Wake, 'news'> & { readonly completion: Completion }): boolean {
  const { outcome } = completion;
  const inline = isInline(outcome) ? outcome : undefined;
  // Avoids encoding an answer that is certainly too large.
  if (inline && inline.body.length > MAX_ROW_BODY_BYTES) return false;
  const withoutBody = inline ? { ...completion, outcome: { ...inline, body: NO_BODY } } : completion;
  const text = JSON.stringify({ ...wake, completion: encodeCompletion(withoutBody) });
  return Buffer.byteLength(text) + base64Length(inline?.body.length ?? 0) <= MAX_WAKE_BYTES;
}

const NO_BODY = new Uint8Array();

/** Base64 has four characters for each three bytes that were begun (RFC 4648 section 4). */
const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/**
 * Reads a message of the wake channel; `undefined` for anything that is not a wake. An answer that cannot be read, because code of another
 * version wrote it, is left out; the waiter reads it from the row.
 */
export function parseWake(value: unknown): Wake | undefined {
  const { version, requestId, source, completion, stored, news } = fieldsOf(value);
  if (typeof version !== 'number' || typeof requestId !== 'string') return undefined;
  if (source !== 'bus' && source !== 'direct') return undefined;
  if (news !== undefined) {
    const part = decodeNews(fieldsOf(news));
    return part && { version, requestId, source, news: part };
  }
  const decoded = decodeCompletion(fieldsOf(completion));
  return { version, requestId, source, ...(decoded && { completion: decoded }), ...(stored === true && { stored }) };
}

function encodeCompletion({ completedAt, outcome }: Completion): EncodedCompletion {
  return {
    completedAt,
    outcome: outcome.kind === 'failure' ? outcome : { ...outcome, body: encodeBody(outcome.body) },
  };
}

function decodeCompletion({ completedAt, outcome }: Fields): Completion | undefined {
  const decoded = decodeOutcome(fieldsOf(outcome));
  return typeof completedAt === 'number' && decoded ? { completedAt, outcome: decoded } : undefined;
}

function decodeOutcome({ kind, code, message, statusCode, headers, body: encoded }: Fields): RequestOutcome | undefined {
  if (kind === 'failure') return isAgentErrorCode(code) && typeof message === 'string' ? { kind, code, message } : undefined;
  const body = typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : encoded;
  if (kind !== 'response' || typeof statusCode !== 'number' || !isHeaders(headers) || !isBody(body)) return undefined;
  return { kind, statusCode, headers, body };
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object; none of any other value. */
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const encodeBody = (body: Body): string | BodyRef => (isStored(body) ? body : Buffer.from(body).toString('base64'));
const isBody = (value: unknown): value is Body => value instanceof Uint8Array || isBodyRef(value);
