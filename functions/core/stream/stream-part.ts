import { isHeaders, type Headers, type StreamMessage } from '../../../protocol';

/** A part of an answer that comes as a stream, as the protocol numbers it (protocol/stream-messages.ts). */
export type StreamPart =
  | {
      readonly kind: 'head';
      readonly number: 0;
      readonly statusCode: number;
      readonly headers: Headers;
      /** The first bytes of the body. */
      readonly body: Uint8Array;
      /** When receive-message took the part, in ms since the epoch. */
      readonly takenAt: number;
    }
  | { readonly kind: 'chunk'; readonly number: number; readonly body: Uint8Array }
  /** @property sha256 of the whole body, in base64 */
  | { readonly kind: 'end'; readonly number: number; readonly sha256: string }
  | { readonly kind: 'failed'; readonly number: number };

/** The agent is alive, and has made the parts below `number`. */
export interface SignOfLife {
  readonly kind: 'alive';
  readonly number: number;
}

export type StreamNews = StreamPart | SignOfLife;
export type StreamHead = Extract<StreamPart, { kind: 'head' }>;

/** A part as it is written in a wake: bytes are base64, as the agent sent them. */
export type EncodedNews =
  | (Omit<StreamHead, 'body'> & { readonly body: string })
  | { readonly kind: 'chunk'; readonly number: number; readonly body: string }
  | Extract<StreamPart, { kind: 'end' | 'failed' }>
  | SignOfLife;

/** @param now in ms since the epoch */
export function encodedNews(message: StreamMessage, now: number): EncodedNews {
  switch (message.type) {
    case 'response_head': {
      const { status_code: statusCode, headers, body } = message;
      return { kind: 'head', number: 0, statusCode, headers, body, takenAt: now };
    }
    case 'response_chunk':
      return { kind: 'chunk', number: message.number, body: message.body };
    case 'response_end':
      return { kind: 'end', number: message.number, sha256: message.sha256 };
    case 'response_failed':
      return { kind: 'failed', number: message.number };
    case 'stream_alive':
      return { kind: 'alive', number: message.number };
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a part from a wake; `undefined` for anything that is none. */
export function decodeNews({ kind, number, body, statusCode, headers, takenAt, sha256 }: Fields): StreamNews | undefined {
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) return undefined;
  switch (kind) {
    case 'head':
      if (typeof body !== 'string' || typeof statusCode !== 'number' || !isHeaders(headers) || typeof takenAt !== 'number')
        return undefined;
      return { kind, number: 0, statusCode, headers, body: Buffer.from(body, 'base64'), takenAt };
    case 'chunk':
      return typeof body === 'string' ? { kind, number, body: Buffer.from(body, 'base64') } : undefined;
    case 'end':
      return typeof sha256 === 'string' ? { kind, number, sha256 } : undefined;
    case 'failed':
    case 'alive':
      return { kind, number };
    default:
      return undefined;
  }
}
