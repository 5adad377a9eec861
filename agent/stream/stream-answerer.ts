import { encodeInline } from '../answer-message';
import type { LocalRequest } from '../local-request';
import type { LocalResponseHead } from '../local-response';
import type { LocalService } from '../local-service';
import { Spool } from '../spool';
import { endsAtOnce, WHOLE_LIMIT } from './at-once';
import { LocalBody } from './local-body';
import type { ResponseStream, StreamOutcome } from './response-stream';

export interface StreamedExchange {
  readonly stream: ResponseStream;
  readonly signal: AbortSignal;
  /** How long the request has taken until now, in ms. */
  readonly elapsedMs: () => number;
  /** Called when the head of a stream has been sent. */
  readonly onBegun: (head: LocalResponseHead) => void;
}

/** How a request was answered that may be answered as a stream. */
export type StreamedAnswer =
  | { readonly head: LocalResponseHead; readonly text: string; readonly bytes: number }
  | { readonly head: LocalResponseHead; readonly text: undefined; readonly outcome: StreamOutcome };

/** Answers requests whose answers may be sent as streams: whole when the answer is complete at once, and otherwise in parts. */
export class StreamAnswerer {
  /** @param headTimeoutMs how long the local service may take to begin its answer; undefined: until the deadline of the request */
  constructor(
    private readonly service: LocalService,
    private readonly headTimeoutMs: number | undefined,
  ) {}

  /**
   * Resolves with the text of a whole answer, or when a stream has ended.
   * @throws LocalServiceError before anything was sent
   */
  async answer(request: LocalRequest, { stream, signal, elapsedMs, onBegun }: StreamedExchange): Promise<StreamedAnswer> {
    const { head, response, exchange } = await this.service.open(request, this.headTimeoutMs, signal);
    const body = new LocalBody(response, WHOLE_LIMIT);
    try {
      if (await endsAtOnce(body, head, stream.gatherMs)) {
        const whole = { ...head, body: Spool.of(body.peek()) };
        const text = await encodeInline(stream.answered, whole, elapsedMs());
        if (text !== undefined) return { head, text, bytes: body.bytes };
      }
      if (body.error) throw body.error;
      const ended = stream.run(head, body, (error) => exchange.failure(error));
      void stream.begun.then(() => onBegun(head));
      return { head, text: undefined, outcome: await ended };
    } catch (error) {
      throw exchange.failure(error);
    }
  }
}
