import http from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { LocalServiceError } from './errors';
import { withoutRewrittenHost } from './host-header';
import { checkRequestLine, localHeaders, type LocalRequest } from './local-request';
import { readLocalResponse, type LocalResponse } from './local-response';
import { formatTarget, type LocalTarget } from './local-target';

/**
 * How long an idle connection to the local service is kept, in ms. The time is shorter than that of common servers (gunicorn 2 s, Node and
 * uvicorn 5 s), so that the agent closes first. If a server closed just as a request goes out, the agent could not know whether the server
 * has seen the request.
 */
const IDLE_SOCKET_MS = 1500;

/** One request in progress. `cancel` ends it with a reason that replaces the socket error that follows. */
interface Exchange {
  readonly outgoing: ClientRequest;
  /** Whether the request has a connection. If so, the local service was reached, and a later error counts as an invalid answer. */
  connected: boolean;
  cancelledWith?: LocalServiceError;
}

/**
 * The HTTP service on the user's machine. Requests run in parallel over keep-alive connections. No request is sent twice, not even a GET
 * whose reused connection was reset: the service may have seen the request already, and must see each request at most once. Redirects are
 * not followed, and bodies are not decoded.
 */
export class LocalService {
  private readonly agent = new http.Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS });

  /** @param hostHeader the Host that the local service gets; the visitor's Host when left out */
  constructor(
    private readonly target: LocalTarget,
    private readonly hostHeader?: string,
  ) {}

  /**
   * Asks the local service.
   * @param timeoutMs for the whole answer
   * @param signal aborts the request; the signal's reason is a LocalServiceError
   * @throws LocalServiceError
   */
  async ask(request: LocalRequest, timeoutMs: number, signal?: AbortSignal): Promise<LocalResponse> {
    signal?.throwIfAborted();
    const exchange = this.begin(request);
    const timer = setTimeout(() => cancel(exchange, this.timeoutError(timeoutMs)), timeoutMs);
    signal?.addEventListener('abort', () => cancel(exchange, signal.reason as LocalServiceError));
    // A service may answer before it has read the whole body. The service may then go on reading until the timeout.
    exchange.outgoing.once('close', () => clearTimeout(timer));
    request.body.writeTo(exchange.outgoing);
    try {
      const response = await responseHead(exchange.outgoing);
      const answer = await readLocalResponse(response, request.method);
      return { ...answer, headers: withoutRewrittenHost(answer.headers, this.hostHeader) };
    } catch (error) {
      exchange.outgoing.destroy();
      throw exchange.cancelledWith ?? this.explain(error, exchange);
    }
  }

  /** Closes the connections. */
  close(): void {
    this.agent.destroy();
  }

  private begin(request: LocalRequest): Exchange {
    checkRequestLine(request);
    const outgoing = this.open(request);
    const exchange: Exchange = { outgoing, connected: false };
    // `ask` gets errors from the promises that `ask` awaits. This listener only catches errors that come later.
    outgoing.on('error', () => undefined);
    outgoing.once('socket', (socket) => {
      exchange.connected = !socket.connecting;
      // A reused socket is connected already: a listener would never be called and would stay on the socket.
      if (socket.connecting) socket.once('connect', () => (exchange.connected = true));
      // Once the answer is complete, Node no longer passes `drain` on, and the rest of the request's body would be stuck.
      const drained = (): boolean => outgoing.emit('drain');
      socket.on('drain', drained);
      outgoing.once('close', () => socket.off('drain', drained));
    });
    return exchange;
  }

  private open(request: LocalRequest): ClientRequest {
    const { host, port } = this.target;
    const headers = localHeaders(request, this.target, this.hostHeader);
    try {
      const { method, uri: path } = request;
      const outgoing = http.request({ agent: this.agent, host, port, method, path, headers });
      // The length of the body is known. Without this line, Node sends chunks where there is no body and no Content-Length, except for GET,
      // HEAD, DELETE and OPTIONS.
      outgoing.useChunkedEncodingByDefault = false;
      return outgoing;
    } catch (error) {
      // Node checks method and header fields for characters that would break the framing.
      throw new LocalServiceError('invalid_request', (error as Error).message, { cause: error });
    }
  }

  private timeoutError(timeoutMs: number): LocalServiceError {
    return new LocalServiceError(
      'timeout',
      `the local service at ${formatTarget(this.target)} sent no complete answer within ${timeoutMs / 1000} s (--request-timeout)`,
    );
  }

  private explain(error: unknown, { connected }: Exchange): LocalServiceError {
    if (error instanceof LocalServiceError) return error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    const at = formatTarget(this.target);
    if (connected) {
      return new LocalServiceError(
        'invalid_response',
        `the local service at ${at} closed the connection before its answer was complete, or sent something that is not HTTP (${code || message})`,
        { cause: error },
      );
    }
    return new LocalServiceError(
      'local_service_unavailable',
      `the local service at ${at} cannot be reached (${code || message}): is it running, and on this address?`,
      { cause: error },
    );
  }
}

function cancel(exchange: Exchange, reason: LocalServiceError): void {
  exchange.cancelledWith ??= reason;
  exchange.outgoing.destroy(reason);
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
