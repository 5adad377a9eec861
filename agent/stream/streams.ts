import { encodeMessage, type HttpRequestMessage, type PartsTakenMessage } from '../../protocol';
import type { Outbox } from '../outbox';
import { ResponseStream, type ResponseStreamOptions } from './response-stream';

export interface StreamsOptions extends Omit<ResponseStreamOptions, 'onForgotten'> {
  readonly outbox: Outbox;
}

/**
 * The requests whose answers may be sent as streams, from their arrival until the cloud has taken the last part, or until the whole answer or
 * the error is in the outbox.
 */
export class Streams {
  private readonly streams = new Map<string, ResponseStream>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: StreamsOptions) {}

  /**
   * Begins to listen for what the cloud says about a request.
   * @param end aborts the request
   * @returns undefined when the answer may not be sent as a stream
   */
  open({ request_id, ticket, stream }: HttpRequestMessage, end: AbortController): ResponseStream | undefined {
    if (!stream || ticket === undefined) return undefined;
    const opened = new ResponseStream({ request_id, ticket, stream }, end, {
      ...this.options,
      onForgotten: () => this.remove(request_id),
    });
    this.streams.set(request_id, opened);
    return opened;
  }

  taken(message: PartsTakenMessage): void {
    const { request_id: requestId, ticket, asks } = message;
    const { outbox, send } = this.options;
    const stream = this.streams.get(requestId);
    if (stream) return stream.taken(message);
    if (outbox.has(requestId)) {
      if (outbox.renewTicket(requestId, ticket) || asks) outbox.wanted(requestId);
    } else if (asks) {
      send(encodeMessage({ type: 'response_failed', request_id: requestId, ticket, number: 0 }));
    }
  }

  wanted(requestId: string): void {
    this.streams.get(requestId)?.wanted();
  }

  /** Nobody waits for the answer any more. */
  cancel(requestId: string): void {
    const stream = this.streams.get(requestId);
    if (stream) stream.leave();
    else this.options.outbox.drop(requestId);
  }

  /** Called for a new connection. */
  flush(): void {
    for (const stream of this.streams.values()) stream.flush();
  }

  /** How many answers have parts that the cloud has not taken, or will have more. */
  get size(): number {
    return this.streams.size;
  }

  /** Bytes of bodies that are in memory. */
  get bytesHeld(): number {
    return [...this.streams.values()].reduce((sum, { bytesHeld }) => sum + bytesHeld, 0);
  }

  /** Resolves when the cloud has taken all parts of all streams. */
  async empty(): Promise<void> {
    if (this.streams.size > 0) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Drops everything. */
  close(): void {
    for (const stream of [...this.streams.values()]) stream.forget();
  }

  private remove(requestId: string): void {
    this.streams.delete(requestId);
    if (this.streams.size > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
