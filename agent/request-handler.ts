import { performance } from 'node:perf_hooks';
import type { HttpRequestMessage } from '../protocol';
import { encodeFailure, type Answered } from './answer-message';
import type { Answerer } from './answerer';
import type { CloudClock } from './cloud-clock';
import { LocalServiceError, RequestExpiredError, VisitorLeftError } from './errors';
import type { Lateness } from './lateness';
import type { Outbox } from './outbox';
import { failureFigures, type RequestSummary, type StreamBeginning } from './request-summary';
import { SeenRequests } from './seen-requests';
import type { ResponseStream } from './stream/response-stream';
import type { Streams } from './stream/streams';

export interface RequestHandlerOptions {
  readonly answerer: Answerer;
  readonly outbox: Outbox;
  readonly streams: Streams;
  readonly clock: CloudClock;
  readonly lateness: Lateness;
  /** Most requests at the local service at once, and most bytes of their bodies. A request beyond either limit is refused as `busy`. */
  readonly maxInFlight: number;
  readonly maxBytesInFlight: number;
  /** The clock of the outbox. */
  readonly now: () => number;
  readonly onStream: (beginning: StreamBeginning) => void;
  readonly onFinished: (summary: RequestSummary) => void;
}

/** A request that is not answered yet. */
interface OpenRequest {
  readonly request: HttpRequestMessage;
  /** Aborts the request; the reason is a LocalServiceError. */
  readonly end: AbortController;
  /** Set when the answer may be sent as a stream. */
  readonly stream: ResponseStream | undefined;
}

/** How long a visitor is assumed to wait when the request has no deadline, in ms. A refusal is kept for as long. */
const DEFAULT_LIFE_MS = 25_000;
/** No visitor waits for longer, whatever the deadline says. In ms. */
const LONGEST_LIFE_MS = 60_000;
/** The same for an answer that may be sent as a stream: the door for streams is a function, which runs for 15 minutes at most. In ms. */
const LONGEST_STREAM_MS = 15 * 60 * 1000;

/**
 * Has each request answered once, even if the cloud repeats it, and puts the answer into the outbox. Refuses requests that came too late, and
 * requests beyond the limits.
 */
export class RequestHandler {
  private readonly seen = new SeenRequests();
  /** Each request that is not answered yet, by the promise that ends with it. */
  private readonly open = new Map<Promise<void>, OpenRequest>();
  /** The requests at the local service, and the bytes of their bodies. */
  private inFlight = 0;
  private bytesInFlight = 0;

  constructor(private readonly options: RequestHandlerOptions) {}

  /** Begins to answer a request. For a repeated request, only sends the answer again if the outbox still has it. */
  handle(request: HttpRequestMessage): void {
    if (!this.seen.add(request.request_id)) return this.options.outbox.resend(request.request_id);
    const end = new AbortController();
    const opened = { request, end, stream: this.options.streams.open(request, end) };
    const answered: Promise<void> = this.admit(opened).finally(() => this.open.delete(answered));
    this.open.set(answered, opened);
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
    for (const { end } of this.open.values()) end.abort(new LocalServiceError('internal_error', message));
  }

  /** Resolves when the requests that are in flight now have been answered, or their streams have begun: a stream may last for long. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.open].map(([answered, { stream }]) => (stream ? Promise.race([answered, stream.begun]) : answered)));
  }

  /** Resolves when no request is in flight, including requests that come in meanwhile. */
  async idle(): Promise<void> {
    while (this.open.size > 0) await Promise.allSettled(this.open.keys());
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
  private async admit(opened: OpenRequest): Promise<void> {
    const { request, end } = opened;
    try {
      await this.checkInTime(request, end.signal);
    } catch (error) {
      return this.refuse(opened, error as LocalServiceError);
    }
    const bytes = request.body_ref?.bytes ?? Buffer.byteLength(request.body, 'base64');
    if (this.isBusy(bytes)) {
      return this.refuse(opened, new LocalServiceError('busy', `${this.inFlight} requests are in flight (--max-in-flight)`));
    }
    this.inFlight += 1;
    this.bytesInFlight += bytes;
    await this.answer(opened).finally(() => {
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

  private refuse({ request, stream }: OpenRequest, why: LocalServiceError): void {
    const now = this.options.now();
    const answered = stream?.answered ?? request;
    if (!(why instanceof VisitorLeftError)) {
      this.keep(answered, encodeFailure(answered, why), { requestedAt: now, expiresAt: now + DEFAULT_LIFE_MS });
    }
    stream?.forget();
    this.options.onFinished({ ...namesOf(request), ms: 0, bytes: 0, ...failureFigures(why) });
  }

  private async answer({ request, end, stream }: OpenRequest): Promise<void> {
    const lifeMs = this.lifeOf(request);
    const begin = performance.now();
    const requestedAt = this.options.now();
    const expiresAt = requestedAt + lifeMs;
    const deadline = setTimeout(() => end.abort(deadlineError(lifeMs)), lifeMs);
    const { text, ...outcome } = await this.options.answerer.answer({
      request,
      lifeMs,
      expiresAt,
      signal: end.signal,
      checkInTime: () => this.checkInTime(request, end.signal),
      stream,
      onStream: ({ status }) => this.options.onStream({ ...namesOf(request), ms: elapsedMs(begin), status }),
    });
    clearTimeout(deadline);
    if (text !== undefined) this.keep(request, text, { requestedAt, expiresAt });
    // The parts of a stream that has ended stay until the cloud has taken them.
    if (outcome.stream === undefined || outcome.stream === 'visitor_left') stream?.forget();
    this.options.onFinished({ ...namesOf(request), ms: elapsedMs(begin), ...outcome });
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
    const longest = request.stream ? LONGEST_STREAM_MS : LONGEST_LIFE_MS;
    return Math.min(Math.max(0, Math.ceil(deadlineOf(request) - this.options.clock.least)), longest);
  }
}

/** Without the query, which may carry secrets. */
const pathOf = ({ uri }: HttpRequestMessage): string => uri.replace(/\?.*$/s, '');

const namesOf = (request: HttpRequestMessage): Pick<RequestSummary, 'method' | 'path'> => ({
  method: request.method,
  path: pathOf(request),
});

const elapsedMs = (begin: number): number => Math.round(performance.now() - begin);

const deadlineOf = ({ deadline, timestamp }: HttpRequestMessage): number => deadline ?? timestamp + DEFAULT_LIFE_MS;

const deadlineError = (lifeMs: number): LocalServiceError =>
  new LocalServiceError('timeout', `the request was not answered within ${lifeMs / 1000} s, and the visitor has stopped waiting`);
