import { performance } from 'node:perf_hooks';
import { MAX_REQUEST_BODY_BYTES, type HttpRequestMessage } from '../protocol';
import { encodeByReference, encodeFailure, encodeInline } from './answer-message';
import type { BodyBucket } from './body-bucket';
import { LocalServiceError, VisitorLeftError } from './errors';
import type { LocalRequest } from './local-request';
import type { LocalResponse, LocalResponseHead } from './local-response';
import type { LocalService } from './local-service';
import { prefixHint } from './prefix-hint';
import { failureFigures, type RequestSummary } from './request-summary';
import { Spool } from './spool';
import type { ResponseStream } from './stream/response-stream';
import type { StreamAnswerer } from './stream/stream-answerer';
import type { Uploads } from './uploads';

/** A request while it is being answered. */
export interface Exchange {
  readonly request: HttpRequestMessage;
  /** How long the visitor will still wait, in ms. */
  readonly lifeMs: number;
  /** When the visitor stops waiting, by the clock of the outbox. */
  readonly expiresAt: number;
  /** Aborts the exchange; the reason is a LocalServiceError. */
  readonly signal: AbortSignal;
  /** Rejects with a LocalServiceError when the visitor has stopped waiting. */
  readonly checkInTime: () => Promise<void>;
  /** Set when the answer may be sent as a stream. */
  readonly stream?: ResponseStream | undefined;
  /** Called when the head of a stream has been sent. */
  readonly onStream: (head: LocalResponseHead) => void;
}

/** The encoded answer (undefined when nobody waits for it any more, or after a stream), and figures for the request's summary. */
export type EncodedAnswer = { readonly text: string | undefined } & Pick<
  RequestSummary,
  'bytes' | 'status' | 'error' | 'tooOldByMs' | 'hint' | 'stream' | 'reason'
>;

/**
 * Answers one request: fetches its body, asks the local service, encodes the answer, and uploads an answer's body that is too large for a
 * message.
 */
export class Answerer {
  constructor(
    private readonly service: LocalService,
    private readonly bucket: BodyBucket,
    private readonly uploads: Uploads,
    private readonly streams: StreamAnswerer,
    private readonly requestTimeoutMs: number,
  ) {}

  /** Never rejects: a failure becomes an `error` message. */
  async answer(exchange: Exchange): Promise<EncodedAnswer> {
    const begin = performance.now();
    const { request, stream } = exchange;
    try {
      if (stream) return await this.answerInParts(exchange, stream, begin);
      const response = await this.askWhole(exchange);
      try {
        const text = await this.deliver(exchange, response, Math.round(performance.now() - begin));
        return { text, bytes: response.body.bytes, status: response.status, ...hintOf(request, response) };
      } finally {
        await response.body.close();
      }
    } catch (error) {
      const failure = asLocalServiceError(error);
      const text = failure instanceof VisitorLeftError ? undefined : encodeFailure(stream?.answered ?? request, failure);
      return { text, bytes: 0, ...failureFigures(failure) };
    }
  }

  /** Answers a request whose answer may be sent as a stream. */
  private async answerInParts(exchange: Exchange, stream: ResponseStream, begin: number): Promise<EncodedAnswer> {
    const { request, signal, onStream: onBegun } = exchange;
    const elapsedMs = (): number => Math.round(performance.now() - begin);
    const answer = await this.ask(exchange, (local) => this.streams.answer(local, { stream, signal, elapsedMs, onBegun }));
    const figures = { status: answer.head.status, ...hintOf(request, answer.head) };
    if (answer.text !== undefined) return { text: answer.text, bytes: answer.bytes, ...figures };
    const { end, bytes, failure } = answer.outcome;
    return { text: undefined, bytes, ...figures, stream: end, ...(failure && { error: failure.code, reason: failure.message }) };
  }

  private askWhole(exchange: Exchange): Promise<LocalResponse> {
    const { lifeMs, signal } = exchange;
    return this.ask(exchange, (local) => this.service.ask(local, Math.min(this.requestTimeoutMs, lifeMs), signal));
  }

  /** Asks the local service only after the request's body has arrived complete and undamaged. */
  private async ask<T>({ request, signal, checkInTime }: Exchange, use: (local: LocalRequest) => Promise<T>): Promise<T> {
    const body = await this.bodyOf(request, signal);
    try {
      // The machine may have slept while the body was fetched.
      if (request.body_ref) await checkInTime();
      return await use({ ...request, body });
    } finally {
      await body.close();
    }
  }

  private async bodyOf({ body, body_ref: ref }: HttpRequestMessage, signal: AbortSignal): Promise<Spool> {
    if (!ref) return Spool.of(Buffer.from(body, 'base64'));
    if (ref.bytes <= MAX_REQUEST_BODY_BYTES) return this.bucket.download(ref, signal);
    throw new LocalServiceError(
      'invalid_request',
      `the request's body has ${ref.bytes} bytes; the limit is ${MAX_REQUEST_BODY_BYTES} (6 MB)`,
    );
  }

  /** @returns the message that completes the request; undefined when nobody waits for the answer any more */
  private async deliver({ request, expiresAt, signal }: Exchange, response: LocalResponse, ms: number): Promise<string | undefined> {
    const inline = await encodeInline(request, response, ms);
    if (inline !== undefined) return inline;
    const text = encodeByReference(request, response, ms);
    return (await this.uploads.upload(request, response.body, expiresAt, signal)) ? text : undefined;
  }
}

function hintOf({ headers }: HttpRequestMessage, answer: Pick<LocalResponse, 'headers'>): Pick<RequestSummary, 'hint'> {
  const hint = prefixHint(headers, answer.headers);
  return hint === undefined ? {} : { hint };
}

function asLocalServiceError(error: unknown): LocalServiceError {
  if (error instanceof LocalServiceError) return error;
  return new LocalServiceError('internal_error', 'the agent failed to handle the request', { cause: error });
}
