import { performance } from 'node:perf_hooks';
import { encodeMessage, fitsOneMessage, type AgentErrorCode, type HttpRequestMessage } from '../protocol';
import { LocalServiceError } from './errors';
import type { LocalService } from './local-service';
import { responseTooLarge, type LocalResponse } from './local-response';
import type { Outbox } from './outbox';
import { SeenRequests } from './seen-requests';

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

export interface RequestHandlerOptions {
  readonly service: LocalService;
  readonly outbox: Outbox;
  readonly requestTimeoutMs: number;
  /** Requests at the local service at once, and bytes of their bodies; beyond either a request is refused as `busy`. */
  readonly maxInFlight: number;
  readonly maxBytesInFlight: number;
  readonly now: () => number;
  readonly onFinished: (summary: RequestSummary) => void;
}

/** How long an answer is of use when the request does not say, in ms. */
const DEFAULT_LIFE_MS = 25_000;

/**
 * Takes each request to the local service once, whatever the cloud repeats, and puts its answer into the
 * outbox.
 */
export class RequestHandler {
  private readonly seen = new SeenRequests();
  private readonly inFlight = new Set<Promise<void>>();
  private bytesInFlight = 0;

  constructor(private readonly options: RequestHandlerOptions) {}

  /**
   * Begins to answer a request; one that came before only has its answer sent again, if that is still known.
   */
  handle(request: HttpRequestMessage): void {
    if (!this.seen.add(request.request_id)) return this.options.outbox.resend(request.request_id);
    const bytes = Buffer.byteLength(request.body, 'base64');
    if (this.isBusy(bytes)) return this.refuseAsBusy(request);
    this.bytesInFlight += bytes;
    const answered: Promise<void> = this.answer(request).finally(() => {
      this.bytesInFlight -= bytes;
      this.inFlight.delete(answered);
    });
    this.inFlight.add(answered);
  }

  /** Answers a request that could not be read. */
  reject(requestId: string, why: string): void {
    if (!this.seen.add(requestId)) return this.options.outbox.resend(requestId);
    const text = encodeFailure(
      requestId,
      new LocalServiceError('invalid_request', `the request is malformed: ${why}`),
    );
    this.options.outbox.add(requestId, text, this.options.now() + DEFAULT_LIFE_MS);
  }

  /** Resolves when the requests that are in flight now have been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.inFlight]);
  }

  /** Resolves when no request is in flight, those included that come in meanwhile. */
  async idle(): Promise<void> {
    while (this.inFlight.size > 0) await this.settled();
  }

  /** One request is taken whatever its size, or it would never be. */
  private isBusy(bytes: number): boolean {
    const { maxInFlight, maxBytesInFlight } = this.options;
    if (this.inFlight.size === 0) return false;
    return this.inFlight.size >= maxInFlight || this.bytesInFlight + bytes > maxBytesInFlight;
  }

  private refuseAsBusy(request: HttpRequestMessage): void {
    const why = `${this.inFlight.size} requests are in flight (--max-in-flight)`;
    const text = encodeFailure(request.request_id, new LocalServiceError('busy', why));
    this.options.outbox.add(request.request_id, text, this.options.now() + lifeOf(request));
    this.options.onFinished({ method: request.method, path: pathOf(request), ms: 0, bytes: 0, error: 'busy' });
  }

  private async answer(request: HttpRequestMessage): Promise<void> {
    const lifeMs = lifeOf(request);
    const expiresAt = this.options.now() + lifeMs;
    const begin = performance.now();
    const { text, ...outcome } = await this.ask(request, lifeMs, begin);
    this.options.outbox.add(request.request_id, text, expiresAt);
    this.options.onFinished({ method: request.method, path: pathOf(request), ms: elapsedMs(begin), ...outcome });
  }

  /** Never rejects: what goes wrong becomes an `error` message. */
  private async ask(request: HttpRequestMessage, lifeMs: number, begin: number): Promise<Outcome> {
    const { service, requestTimeoutMs } = this.options;
    try {
      const body = Buffer.from(request.body, 'base64');
      const response = await service.ask({ ...request, body }, Math.min(requestTimeoutMs, lifeMs));
      const text = encodeResponse(request.request_id, response, elapsedMs(begin));
      return { text, bytes: response.body.length, status: response.status };
    } catch (error) {
      const failure = asLocalServiceError(error);
      return { text: encodeFailure(request.request_id, failure), bytes: 0, error: failure.code };
    }
  }
}

/** An encoded answer, and what there is to say of it. */
type Outcome = { readonly text: string } & Pick<RequestSummary, 'bytes' | 'status' | 'error'>;

/** Without the query, which may carry secrets. */
const pathOf = ({ uri }: HttpRequestMessage): string => uri.replace(/\?.*$/s, '');

const elapsedMs = (begin: number): number => Math.round(performance.now() - begin);

/**
 * How long the visitor will still wait, in ms. Both times are the cloud's, so their difference holds on a
 * machine whose clock is wrong.
 */
function lifeOf({ deadline, timestamp }: HttpRequestMessage): number {
  return deadline === undefined ? DEFAULT_LIFE_MS : Math.min(Math.max(0, deadline - timestamp), 60_000);
}

/** @throws LocalServiceError `response_too_large` */
function encodeResponse(requestId: string, response: LocalResponse, ms: number): string {
  const text = encodeMessage({
    type: 'http_response',
    request_id: requestId,
    status_code: response.status,
    headers: response.headers,
    body: response.body.toString('base64'),
    processing_time_ms: ms,
    ack: true,
  });
  if (fitsOneMessage(text)) return text;
  throw responseTooLarge(`body and headers take ${Buffer.byteLength(text)} bytes`);
}

function encodeFailure(requestId: string, { code, message }: LocalServiceError): string {
  return encodeMessage({ type: 'error', request_id: requestId, code, message, ack: true });
}

function asLocalServiceError(error: unknown): LocalServiceError {
  if (error instanceof LocalServiceError) return error;
  return new LocalServiceError('internal_error', 'the agent failed to handle the request', { cause: error });
}
