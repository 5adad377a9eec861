import { performance } from 'node:perf_hooks';
import type { HttpRequestMessage } from '../protocol';
import { encodeFailure, type Answered } from './answer-message';
import type { Answerer } from './answerer';
import type { CloudClock } from './cloud-clock';
import { LocalServiceError, RequestExpiredError } from './errors';
import type { Lateness } from './lateness';
import type { Outbox } from './outbox';
import { failureFigures, type RequestSummary } from './request-summary';
import { SeenRequests } from './seen-requests';

export interface RequestHandlerOptions {
  readonly answerer: Answerer;
  readonly outbox: Outbox;
  readonly clock: CloudClock;
  readonly lateness: Lateness;
  /** Most requests at the local service at once, and most bytes of their bodies. A request beyond either limit is refused as `busy`. */
  readonly maxInFlight: number;
  readonly maxBytesInFlight: number;
  /** The clock of the outbox. */
  readonly now: () => number;
  readonly onFinished: (summary: RequestSummary) => void;
}

/** How long a visitor is assumed to wait when the request has no deadline, in ms. A refusal is kept for as long. */
const DEFAULT_LIFE_MS = 25_000;
/** No visitor waits for longer, whatever the deadline says. In ms. */
const LONGEST_LIFE_MS = 60_000;

/**
 * Has each request answered once, even if the cloud repeats it, and puts the answer into the outbox. Refuses requests that came too late, and
 * requests beyond the limits.
 */
export class RequestHandler {
  private readonly seen = new SeenRequests();
  /** Each request that is not answered yet, with the controller that aborts it. */
  private readonly open = new Map<Promise<void>, AbortController>();
  /** The requests at the local service, and the bytes of their bodies. */
  private inFlight = 0;
  private bytesInFlight = 0;

  constructor(private readonly options: RequestHandlerOptions) {}

  /** Begins to answer a request. For a repeated request, only sends the answer again if the outbox still has it. */
  handle(request: HttpRequestMessage): void {
    if (!this.seen.add(request.request_id)) return this.options.outbox.resend(request.request_id);
    const end = new AbortController();
    const answered: Promise<void> = this.admit(request, end).finally(() => this.open.delete(answered));
    this.open.set(answered, end);
  }

  /** Answers a request that could not be read. */
  reject(request: Answered, why: string): void {
    if (!this.seen.add(request.request_id)) return this.options.outbox.resend(request.request_id);
    const now = this.options.now();
    const text = encodeFailure(request, new LocalServiceError('invalid_request', `the request is malformed: ${why}`));
    this.keep(request, text, { requestedAt: now, expiresAt: now + DEFAULT_LIFE_MS });
  }

  /** Aborts the requests in flight; each is answered with `internal_error` and this message. */
  abort(message: string): void {
    for (const end of this.open.values()) end.abort(new LocalServiceError('internal_error', message));
  }

  /** Resolves when the requests that are in flight now have been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.open.keys());
  }

  /** Resolves when no request is in flight, including requests that come in meanwhile. */
  async idle(): Promise<void> {
    while (this.open.size > 0) await this.settled();
  }

  /** A single request is always accepted: otherwise a request above the byte limit could never be answered. */
  private isBusy(bytes: number): boolean {
    const { maxInFlight, maxBytesInFlight } = this.options;
    if (this.inFlight === 0) return false;
    return this.inFlight >= maxInFlight || this.bytesInFlight + bytes > maxBytesInFlight;
  }

  /**
   * Has a request answered, unless it came too late or there are too many. A request whose lateness is in doubt does not count as in flight:
   * otherwise requests that piled up during a sleep would take the place of those whose visitors still wait.
   */
  private async admit(request: HttpRequestMessage, end: AbortController): Promise<void> {
    try {
      await this.checkInTime(request, end.signal);
    } catch (error) {
      return this.refuse(request, error as LocalServiceError);
    }
    const bytes = request.body_ref?.bytes ?? Buffer.byteLength(request.body, 'base64');
    if (this.isBusy(bytes)) {
      return this.refuse(request, new LocalServiceError('busy', `${this.inFlight} requests are in flight (--max-in-flight)`));
    }
    this.inFlight += 1;
    this.bytesInFlight += bytes;
    await this.answer(request, end).finally(() => {
      this.inFlight -= 1;
      this.bytesInFlight -= bytes;
    });
  }

  /** @throws RequestExpiredError, or the signal's LocalServiceError when it ends the wait for the cloud's time */
  private async checkInTime(request: HttpRequestMessage, signal: AbortSignal): Promise<void> {
    const tooOldByMs = await this.options.lateness.of({ timestamp: request.timestamp, deadline: deadlineOf(request) }, signal);
    signal.throwIfAborted();
    if (tooOldByMs > 0) throw new RequestExpiredError(Math.ceil(tooOldByMs));
  }

  private refuse(request: HttpRequestMessage, why: LocalServiceError): void {
    const now = this.options.now();
    this.keep(request, encodeFailure(request, why), { requestedAt: now, expiresAt: now + DEFAULT_LIFE_MS });
    this.options.onFinished({ method: request.method, path: pathOf(request), ms: 0, bytes: 0, ...failureFigures(why) });
  }

  private async answer(request: HttpRequestMessage, end: AbortController): Promise<void> {
    const lifeMs = this.lifeOf(request);
    const begin = performance.now();
    const requestedAt = this.options.now();
    const expiresAt = requestedAt + lifeMs;
    const deadline = setTimeout(() => end.abort(deadlineError(lifeMs)), lifeMs);
    const checkInTime = (): Promise<void> => this.checkInTime(request, end.signal);
    const { text, ...outcome } = await this.options.answerer.answer({ request, lifeMs, expiresAt, signal: end.signal, checkInTime });
    clearTimeout(deadline);
    if (text !== undefined) this.keep(request, text, { requestedAt, expiresAt });
    this.options.onFinished({ method: request.method, path: pathOf(request), ms: elapsedMs(begin), ...outcome });
  }

  /** Puts an answer into the outbox. @param times by the clock of the outbox, in ms */
  private keep(
    { request_id: requestId, ticket }: Answered,
    text: string,
    { requestedAt, expiresAt }: { readonly requestedAt: number; readonly expiresAt: number },
  ): void {
    this.options.outbox.add(requestId, text, expiresAt, ticket === undefined ? undefined : requestedAt);
  }

  /** How long the visitor will still wait, in ms, or longer. */
  private lifeOf(request: HttpRequestMessage): number {
    return Math.min(Math.max(0, Math.ceil(deadlineOf(request) - this.options.clock.least)), LONGEST_LIFE_MS);
  }
}

/** Without the query, which may carry secrets. */
const pathOf = ({ uri }: HttpRequestMessage): string => uri.replace(/\?.*$/s, '');

const elapsedMs = (begin: number): number => Math.round(performance.now() - begin);

const deadlineOf = ({ deadline, timestamp }: HttpRequestMessage): number => deadline ?? timestamp + DEFAULT_LIFE_MS;

const deadlineError = (lifeMs: number): LocalServiceError =>
  new LocalServiceError('timeout', `the request was not answered within ${lifeMs / 1000} s, and the visitor has stopped waiting`);
