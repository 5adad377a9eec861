import {
  BodyDigest,
  encodeMessage,
  fitsOneMessage,
  MAX_MESSAGE_BYTES,
  MAX_PARTS_AHEAD,
  type PartsTakenMessage,
  type StreamMessage,
  type StreamTerms,
} from '../../protocol';
import type { Answered } from '../answer-message';
import { LocalServiceError, VisitorLeftError } from '../errors';
import type { LocalResponseHead } from '../local-response';
import { KeptParts, type Part } from './kept-parts';
import type { LocalBody } from './local-body';

export interface ResponseStreamOptions {
  /** Sends a message over the newest connection; false when there is none. */
  readonly send: (text: string) => boolean;
  /** Called when nothing was heard of the request for half of the time after which the agent gives up: the connection may be broken. */
  readonly onSilence: () => void;
  /** Called when nothing is kept any more. */
  readonly onForgotten: () => void;
  /** A clock that nobody sets, in ms. */
  readonly now: () => number;
}

/** How a stream ended: all of it was sent, it broke off, or nobody waits any more. */
export type StreamEnd = 'complete' | 'cut' | 'visitor_left';

export interface StreamOutcome {
  readonly end: StreamEnd;
  /** How many bytes of the body were put into parts. */
  readonly bytes: number;
  /** Why it was cut. */
  readonly failure?: LocalServiceError;
}

/** Room in a message for everything but the body, in bytes: ticket, request id and the names of the fields. */
const ENVELOPE_BYTES = 8 * 1024;
/** Most bytes of the body in one part, whatever the cloud allows: more would not fit one message as base64. */
const LONGEST_PART = ((MAX_MESSAGE_BYTES - ENVELOPE_BYTES) / 4) * 3;

/**
 * The answer to one request that may be sent as a stream (protocol/stream-messages.ts): makes the parts, keeps them until the cloud has taken
 * them, and sends them again when the cloud asks.
 *
 * Memory: kept parts and bytes that wait have together at most `window` bytes or one whole answer (MAX_BYTES_IN_MEMORY), whichever is more,
 * and one read of the socket (64 KB) beyond it. There are at most MAX_PARTS_AHEAD kept parts.
 */
export class ResponseStream {
  /** Resolves when the answer has begun as a stream. */
  readonly begun: Promise<void>;
  private readonly requestId: string;
  private readonly terms: StreamTerms;
  private ticket: string;
  private readonly parts = new KeptParts((part, number) => this.transmit(part, number));
  private readonly digest = new BodyDigest();
  private readonly chunk: number;
  /** How many bytes of the body the cloud allows in all. */
  private until: number;
  private bodyBytes = 0;
  private lastBytesAt = -Infinity;
  private body?: LocalBody;
  private gathering?: NodeJS.Timeout;
  private silence: NodeJS.Timeout;
  private isQuiet = false;
  private begin!: () => void;
  private finish?: (outcome: StreamOutcome) => void;
  private explain: (error: Error) => LocalServiceError = (error) => new LocalServiceError('internal_error', error.message);
  private isOver = false;

  /** @param end aborts the request at the local service */
  constructor(
    request: { readonly request_id: string; readonly ticket: string; readonly stream: StreamTerms },
    private readonly end: AbortController,
    private readonly options: ResponseStreamOptions,
  ) {
    this.requestId = request.request_id;
    this.ticket = request.ticket;
    this.terms = request.stream;
    this.until = request.stream.window;
    this.chunk = Math.min(request.stream.chunk, LONGEST_PART);
    this.begun = new Promise((resolve) => (this.begin = resolve));
    this.silence = setTimeout(() => this.hearNothing(), this.terms.silence_ms / 2);
  }

  /** What a message about the request must name. */
  get answered(): Required<Answered> {
    return { request_id: this.requestId, ticket: this.ticket };
  }

  get gatherMs(): number {
    return this.terms.gather_ms;
  }

  /** Bytes of the body that are in memory. */
  get bytesHeld(): number {
    return this.parts.bytes + (this.body?.bytes ?? 0);
  }

  /**
   * Sends the head at once, and the body as it comes. Resolves when the last part has been made.
   * @param explain tells what an error of the body means, and ends the request at the local service
   * @throws LocalServiceError before anything was sent
   */
  async run(head: LocalResponseHead, body: LocalBody, explain: (error: Error) => LocalServiceError): Promise<StreamOutcome> {
    const { signal } = this.end;
    signal.throwIfAborted();
    this.body = body;
    this.explain = explain;
    this.sendHead(head);
    this.begin();
    const ended = new Promise<StreamOutcome>((resolve) => (this.finish = resolve));
    signal.addEventListener('abort', () => this.breakOff(signal.reason as LocalServiceError));
    body.onChange = () => this.pump();
    this.pump();
    return ended;
  }

  /** The cloud tells what it has taken. */
  taken({ number, until, missing = [], asks, ticket }: PartsTakenMessage): void {
    this.hear();
    // A message that was overtaken by a newer one may bring an old ticket.
    const isOvertaken = number < this.parts.taken || until < this.until;
    const isNewTicket = ticket !== this.ticket && !isOvertaken;
    if (isNewTicket) this.ticket = ticket;
    this.parts.take(number);
    this.until = Math.max(this.until, until);
    if (isNewTicket) this.parts.sendAllAgain();
    else this.parts.sendAgain(missing);
    if (asks) this.sayAlive();
    this.pump();
    if (this.isOver && this.parts.count === 0) this.forget();
  }

  /** The cloud asks whether the agent still works on the answer. */
  wanted(): void {
    this.hear();
    this.sayAlive();
  }

  /** Nobody waits any more. */
  leave(): void {
    if (this.isOver) this.forget();
    else this.end.abort(new VisitorLeftError());
  }

  /** Called for a new connection: sends the parts for which there was none. */
  flush(): void {
    this.parts.sendWaiting();
  }

  /** Drops everything. */
  forget(): void {
    clearTimeout(this.silence);
    clearTimeout(this.gathering);
    this.parts.drop();
    this.options.onForgotten();
  }

  private sayAlive(): void {
    this.options.send(encodeMessage({ type: 'stream_alive', ...this.answered, number: this.parts.made }));
  }

  // --- parts

  /** How many bytes of the body the cloud still allows. */
  private get room(): number {
    return Math.max(0, this.until - this.bodyBytes);
  }

  private sendHead({ status, headers }: LocalResponseHead): void {
    const empty: Part = { type: 'response_head', status_code: status, headers, body: Buffer.alloc(0) };
    const encoded = Buffer.byteLength(this.encode(empty, 0)) + ENVELOPE_BYTES;
    if (!fitsOneMessage(this.encode(empty, 0))) {
      throw new LocalServiceError('response_too_large', "the header fields of the local service's answer do not fit one message of 128 KB");
    }
    const fitting = Math.max(0, Math.floor((MAX_MESSAGE_BYTES - encoded) / 4) * 3);
    this.parts.add({ ...empty, body: this.takeBytes(Math.min(this.chunk, this.room, fitting)) });
  }

  /** Makes the parts that can be made now, and lets the body be read as far as the cloud allows. */
  private pump(): void {
    const { body } = this;
    if (!body || this.isOver) return;
    if (body.error) return this.breakOff(this.explain(body.error));
    clearTimeout(this.gathering);
    this.sendBytes(body, body.ended);
    if (body.ended && body.bytes === 0) return this.complete();
    // One read beyond the window shows whether the body has ended.
    body.limit = Math.max(1, this.hasPlace ? this.room : Math.min(this.room, this.chunk));
  }

  /**
   * Sends the bytes that wait. Less than a full part waits for more while an earlier part has only just left.
   * @param isAll no more bytes come
   */
  private sendBytes(body: LocalBody, isAll: boolean): void {
    while (body.bytes > 0 && this.room > 0 && this.hasPlace) {
      const waitMs = this.lastBytesAt + this.terms.gather_ms - this.options.now();
      if (body.bytes < this.chunk && !isAll && waitMs > 0) {
        this.gathering = setTimeout(() => this.pump(), Math.ceil(waitMs));
        return;
      }
      this.parts.add({ type: 'response_chunk', body: this.takeBytes(Math.min(this.chunk, this.room)) });
    }
  }

  /** Whether one more part with bytes may be sent. One place is left for the last part. */
  private get hasPlace(): boolean {
    return this.parts.count < MAX_PARTS_AHEAD - 1;
  }

  private takeBytes(most: number): Buffer {
    const bytes = this.body?.take(most) ?? Buffer.alloc(0);
    if (bytes.length === 0) return bytes;
    this.digest.add(bytes);
    this.bodyBytes += bytes.length;
    this.lastBytesAt = this.options.now();
    return bytes;
  }

  private transmit(part: Part, number: number): boolean {
    return this.options.send(this.encode(part, number));
  }

  private encode(part: Part, number: number): string {
    const { type } = part;
    const about = { request_id: this.requestId, ticket: this.ticket };
    if (type === 'response_head') return encodeMessage({ ...about, ...part, body: part.body.toString('base64') });
    if (type === 'response_chunk') return encodeMessage({ ...about, type, number, body: part.body.toString('base64') });
    const last: StreamMessage = { ...about, ...part, number };
    return encodeMessage(last);
  }

  // --- the end

  private complete(): void {
    this.conclude({ type: 'response_end', sha256: this.digest.end() }, { end: 'complete', bytes: this.bodyBytes });
  }

  /** Ends the stream before its end. The visitor still gets the bytes that the cloud allows, as without a tunnel. */
  private breakOff(failure: LocalServiceError): void {
    const { body } = this;
    if (this.isOver || !body) return;
    if (failure instanceof VisitorLeftError) {
      this.isOver = true;
      body.drop();
      this.finish?.({ end: 'visitor_left', bytes: this.bodyBytes });
      return this.forget();
    }
    this.sendBytes(body, true);
    body.drop();
    this.conclude({ type: 'response_failed' }, { end: 'cut', bytes: this.bodyBytes, failure });
  }

  private conclude(last: Part, outcome: StreamOutcome): void {
    this.isOver = true;
    clearTimeout(this.gathering);
    this.parts.add(last);
    this.finish?.(outcome);
  }

  // --- silence

  private hear(): void {
    this.isQuiet = false;
    this.silence.refresh();
  }

  private hearNothing(): void {
    if (this.isQuiet) return this.leave();
    this.isQuiet = true;
    this.options.onSilence();
    this.silence.refresh();
  }
}
