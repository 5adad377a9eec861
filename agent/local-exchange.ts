import type { ClientRequest, IncomingMessage } from 'node:http';
import { LocalServiceError } from './errors';

/** One request at the local service, until its answer has been read. */
export class LocalExchange {
  /** Resolves with the answer, whose body has not been read yet. */
  readonly head: Promise<IncomingMessage>;
  /** Whether the request has a connection. If so, the local service was reached, and a later error counts as an invalid answer. */
  private connected = false;
  private cancelledWith?: LocalServiceError;
  private timer?: NodeJS.Timeout;

  /** @param at address of the local service, for errors */
  constructor(
    readonly outgoing: ClientRequest,
    private readonly at: string,
  ) {
    // `head` gets the errors that come before the answer. This listener only catches errors that come later.
    outgoing.on('error', () => undefined);
    outgoing.once('socket', (socket) => {
      this.connected = !socket.connecting;
      // A reused socket is connected already: a listener would never be called and would stay on the socket.
      if (socket.connecting) socket.once('connect', () => (this.connected = true));
      // Once the answer is complete, Node no longer passes `drain` on, and the rest of the request's body would be stuck.
      const drained = (): boolean => outgoing.emit('drain');
      socket.on('drain', drained);
      outgoing.once('close', () => socket.off('drain', drained));
    });
    this.head = responseHead(outgoing);
  }

  /**
   * Cancels the request after `ms`.
   * @param failing what the local service has then failed to do, such as `sent no complete answer`
   */
  limit(ms: number, failing: string): void {
    this.timer = setTimeout(() => {
      this.cancel(new LocalServiceError('timeout', `the local service at ${this.at} ${failing} within ${ms / 1000} s (--request-timeout)`));
    }, ms);
    // A service may answer before it has read the whole body. The service may then go on reading until the timeout.
    this.outgoing.once('close', () => this.unlimit());
  }

  unlimit(): void {
    clearTimeout(this.timer);
  }

  /** Ends the request with a reason that replaces the socket error that follows. */
  cancel(reason: LocalServiceError): void {
    this.cancelledWith ??= reason;
    this.outgoing.destroy(reason);
  }

  /** Ends the request after an error. @returns what the error means */
  failure(error: unknown): LocalServiceError {
    this.outgoing.destroy();
    return this.cancelledWith ?? this.explain(error);
  }

  private explain(error: unknown): LocalServiceError {
    if (error instanceof LocalServiceError) return error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (this.connected) {
      return new LocalServiceError(
        'invalid_response',
        `the local service at ${this.at} closed the connection before its answer was complete, or sent something that is not HTTP (${code || message})`,
        { cause: error },
      );
    }
    return new LocalServiceError(
      'local_service_unavailable',
      `the local service at ${this.at} cannot be reached (${code || message}): is it running, and on this address?`,
      { cause: error },
    );
  }
}

function responseHead(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(
        new LocalServiceError('invalid_response', 'the local service switched protocols (status 101), which the request did not ask for'),
      );
    });
  });
}
