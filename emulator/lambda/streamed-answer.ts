/**
 * A response that a function streams through the Runtime API: the head is read from its first bytes, and the rest is passed on as fast as
 * somebody reads it and AWS's bandwidth allows.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { backgroundClock } from '../background-clock';
import type { Limits } from '../limits';
import type { StreamedResult } from '../services';
import { responseTooLarge } from './invocation';
import type { RunOutcome } from './invocation';

export type StreamLimits = Pick<Limits['lambda'], 'streamedBytes' | 'streamedBurstBytes' | 'streamedBytesPerSecond'>;
export type OnHead = (stream: Pick<StreamedResult, 'head' | 'body'>) => void;

const WITH_METADATA = 'application/vnd.awslambda.http-integration-response';
/** Media type of a stream that does not say its own. */
const ANY_BYTES = 'application/octet-stream';
/** Ends the metadata. */
const DELIMITER = Buffer.alloc(8);
/** AWS publishes no limit. No sensible metadata is larger, and the memory of the emulator must be bounded. */
const MOST_METADATA_BYTES = 256 * 1024;
/** So many bytes wait here for a reader; the connection from the function holds as many again, beside the buffers of the system. */
const BUFFERED_BYTES = 64 * 1024;

const MALFORMED: RunOutcome = {
  kind: 'error',
  errorType: 'Runtime.MarshalError',
  errorMessage: 'The metadata of the streamed response is not a JSON object that eight NUL bytes end',
};

/** Why a body ends before its function has ended it. */
class CutStreamError extends Error {
  override readonly name = 'CutStreamError';
}

export class StreamedAnswer {
  private readonly body = new PassThrough({ highWaterMark: BUFFERED_BYTES });
  private readonly closed = new AbortController();
  private isSettled = false;
  /** Whether the reader has destroyed the body before its end. */
  isAbandoned = false;
  private hasHead = false;
  private bytes = 0;
  /** When the bandwidth that was used is paid for, in ms since the epoch. */
  private paidUntil = 0;

  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: StreamLimits,
    private readonly onHead: OnHead,
  ) {
    // A body that nobody reads yet may fail too.
    this.body.on('error', () => undefined);
    this.body.once('close', () => this.onClose());
  }

  /**
   * Passes the response on until the function has ended it.
   * @returns how the response has ended; undefined when the connection of the function has ended before
   */
  async run(): Promise<RunOutcome | undefined> {
    try {
      return (await this.passOn()) ?? this.ending();
    } catch {
      return undefined;
    } finally {
      this.request.resume();
    }
  }

  /** The invocation has its outcome. Ends the body, or destroys the body if it is not whole. */
  settle(outcome: RunOutcome): void {
    this.isSettled = true;
    if (outcome.kind === 'ok') this.body.end();
    else this.body.destroy(new CutStreamError(outcome.errorMessage));
  }

  /** @returns the outcome of a response that cannot be passed on any further */
  private async passOn(): Promise<RunOutcome | undefined> {
    const contentType = this.request.headers['content-type'] ?? ANY_BYTES;
    let start = Buffer.alloc(0);
    // The function goes on to write a response that is refused, so its connection must stay.
    for await (const chunk of this.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      this.bytes += chunk.length;
      const { streamedBytes } = this.limits;
      if (this.bytes > streamedBytes) return responseTooLarge(this.bytes, streamedBytes);
      if (this.hasHead) {
        await this.send(chunk);
      } else if (contentType === WITH_METADATA) {
        start = Buffer.concat([start, chunk]);
        const end = start.indexOf(DELIMITER);
        const metadata = end < 0 ? undefined : asObject(start.subarray(0, end).toString());
        if (metadata) {
          this.begin({ contentType, metadata });
          await this.send(start.subarray(end + DELIMITER.length));
        } else if (end >= 0 || start.length > MOST_METADATA_BYTES) {
          return MALFORMED;
        }
      } else {
        this.begin({ contentType });
        await this.send(chunk);
      }
    }
    return start.length > 0 && !this.hasHead ? MALFORMED : undefined;
  }

  /** The function has ended its response, or has failed and said so in trailers. */
  private ending(): RunOutcome {
    const { trailers, headers } = this.request;
    const errorType = trailers['lambda-runtime-function-error-type'];
    if (errorType !== undefined) return streamError(errorType, trailers['lambda-runtime-function-error-body']);
    if (!this.hasHead) {
      // A handler that writes nothing has sent no metadata either (https://github.com/middyjs/middy/issues/1189).
      const contentType = headers['content-type'] ?? ANY_BYTES;
      this.begin({ contentType: contentType === WITH_METADATA ? ANY_BYTES : contentType });
    }
    return { kind: 'ok', payload: null };
  }

  private begin(head: StreamedResult['head']): void {
    this.hasHead = true;
    this.onHead({ head, body: this.body });
  }

  private async send(chunk: Buffer): Promise<void> {
    if (chunk.length === 0) return;
    await this.waitForBandwidth(chunk.length);
    const { signal } = this.closed;
    signal.throwIfAborted();
    if (!this.body.write(chunk)) await once(this.body, 'drain', { signal });
  }

  private async waitForBandwidth(length: number): Promise<void> {
    const slowBytes = Math.min(length, this.bytes - this.limits.streamedBurstBytes);
    if (slowBytes <= 0) return;
    const now = Date.now();
    this.paidUntil = Math.max(now, this.paidUntil) + (slowBytes / this.limits.streamedBytesPerSecond) * 1000;
    await backgroundClock.sleep(this.paidUntil - now, this.closed.signal);
  }

  private onClose(): void {
    this.closed.abort('the body is closed');
    if (this.isSettled) return;
    this.isAbandoned = true;
    this.request.destroy();
  }
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** @param body base64 of `{"errorType", "errorMessage"}` */
export function streamError(errorType: string, body = ''): RunOutcome {
  const { errorMessage = '' } = asObject(Buffer.from(body, 'base64').toString()) ?? {};
  return { kind: 'error', errorType: decodeURIComponent(errorType), errorMessage: String(errorMessage) };
}
