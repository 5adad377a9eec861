import { performance } from 'node:perf_hooks';
import type { HttpRequestMessage } from '../protocol';
import { encodeFailure } from './answer-message';
import type { Answerer } from './answerer';
import { LocalServiceError } from './errors';
import type { Outbox } from './outbox';
import type { RequestSummary } from './request-summary';
import { SeenRequests } from './seen-requests';

export interface RequestHandlerOptions {
  readonly answerer: Answerer;
  readonly outbox: Outbox;
  /** Most requests at the local service at once, and most bytes of their bodies. A request beyond either limit is refused as `busy`. */
  readonly maxInFlight: number;
  readonly maxBytesInFlight: number;
  readonly now: () => number;
  readonly onFinished: (summary: RequestSummary) => void;
}

/** How long a visitor is assumed to wait when the request has no deadline, in ms. */
const DEFAULT_LIFE_MS = 25_000;

/**
 * Has each request answered once, even if the cloud repeats it, and puts the answer into the outbox. Refuses requests beyond the limits.
 */
export class RequestHandler {
  private readonly seen = new SeenRequests();
  /** Each answer in progress, with the controller that aborts it. */
  private readonly inFlight = new Map<Promise<void>, AbortController>();
  private bytesInFlight = 0;

  constructor(private readonly options: RequestHandlerOptions) {}

  /** Begins to answer a request. For a repeated request, only sends the answer again if the outbox still has it. */
  handle(request: HttpRequestMessage): void {
    if (!this.seen.add(request.request_id)) return this.options.outbox.resend(request.request_id);
    const bytes = request.body_ref?.bytes ?? Buffer.byteLength(request.body, 'base64');
    if (this.isBusy(bytes)) return this.refuseAsBusy(request);
    this.bytesInFlight += bytes;
    const end = new AbortController();
    const answered: Promise<void> = this.answer(request, end).finally(() => {
      this.bytesInFlight -= bytes;
      this.inFlight.delete(answered);
    });
    this.inFlight.set(answered, end);
  }

  /** Answers a request that could not be read. */
  reject(requestId: string, why: string): void {
    if (!this.seen.add(requestId)) return this.options.outbox.resend(requestId);
    const text = encodeFailure(requestId, new LocalServiceError('invalid_request', `the request is malformed: ${why}`));
    this.options.outbox.add(requestId, text, this.options.now() + DEFAULT_LIFE_MS);
  }

  /** Aborts the requests in flight; each is answered with `internal_error` and this message. */
  abort(message: string): void {
    for (const end of this.inFlight.values()) end.abort(new LocalServiceError('internal_error', message));
  }

  /** Resolves when the requests that are in flight now have been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.inFlight.keys());
  }

  /** Resolves when no request is in flight, including requests that come in meanwhile. */
  async idle(): Promise<void> {
    while (this.inFlight.size > 0) await this.settled();
  }

  /** A single request is always accepted: otherwise a request above the byte limit could never be answered. */
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

  private async answer(request: HttpRequestMessage, end: AbortController): Promise<void> {
    const lifeMs = lifeOf(request);
    const begin = performance.now();
    const expiresAt = this.options.now() + lifeMs;
    const deadline = setTimeout(() => end.abort(deadlineError(lifeMs)), lifeMs);
    const { text, ...outcome } = await this.options.answerer.answer({ request, lifeMs, expiresAt, signal: end.signal });
    clearTimeout(deadline);
    if (text !== undefined) this.options.outbox.add(request.request_id, text, expiresAt);
    this.options.onFinished({ method: request.method, path: pathOf(request), ms: elapsedMs(begin), ...outcome });
  }
}

/** Without the query, which may carry secrets. */
const pathOf = ({ uri }: HttpRequestMessage): string => uri.replace(/\?.*$/s, '');

const elapsedMs = (begin: number): number => Math.round(performance.now() - begin);

/**
 * How long the visitor will still wait, in ms. Both times come from the cloud's clock, so their difference is right even if this machine's
 * clock is wrong.
 */
function lifeOf({ deadline, timestamp }: HttpRequestMessage): number {
  return deadline === undefined ? DEFAULT_LIFE_MS : Math.min(Math.max(0, deadline - timestamp), 60_000);
}

const deadlineError = (lifeMs: number): LocalServiceError =>
  new LocalServiceError('timeout', `the request was not answered within ${lifeMs / 1000} s, and the visitor has stopped waiting`);
