import { performance } from 'node:perf_hooks';
import { MAX_REQUEST_BODY_BYTES, type HttpRequestMessage } from '../protocol';
import { encodeByReference, encodeFailure, encodeInline } from './answer-message';
import type { BodyBucket } from './body-bucket';
import { LocalServiceError } from './errors';
import type { LocalService } from './local-service';
import type { LocalResponse } from './local-response';
import { prefixHint } from './prefix-hint';
import { failureFigures, type RequestSummary } from './request-summary';
import { Spool } from './spool';
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
}

/** The encoded answer (undefined when nobody waits for it any more), and figures for the request's summary. */
export type EncodedAnswer = { readonly text: string | undefined } & Pick<
  RequestSummary,
  'bytes' | 'status' | 'error' | 'tooOldByMs' | 'hint'
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
    private readonly requestTimeoutMs: number,
  ) {}

  /** Never rejects: a failure becomes an `error` message. */
  async answer(exchange: Exchange): Promise<EncodedAnswer> {
    const begin = performance.now();
    try {
      const response = await this.ask(exchange);
      try {
        const text = await this.deliver(exchange, response, Math.round(performance.now() - begin));
        const hint = prefixHint(exchange.request.headers, response.headers);
        return { text, bytes: response.body.bytes, status: response.status, ...(hint !== undefined && { hint }) };
      } finally {
        await response.body.close();
      }
    } catch (error) {
      const failure = asLocalServiceError(error);
      return { text: encodeFailure(exchange.request, failure), bytes: 0, ...failureFigures(failure) };
    }
  }

  /** Asks the local service only after the request's body has arrived complete and undamaged. */
  private async ask({ request, lifeMs, signal, checkInTime }: Exchange): Promise<LocalResponse> {
    const body = await this.bodyOf(request, signal);
    try {
      // The machine may have slept while the body was fetched.
      if (request.body_ref) await checkInTime();
      return await this.service.ask({ ...request, body }, Math.min(this.requestTimeoutMs, lifeMs), signal);
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

function asLocalServiceError(error: unknown): LocalServiceError {
  if (error instanceof LocalServiceError) return error;
  return new LocalServiceError('internal_error', 'the agent failed to handle the request', { cause: error });
}
