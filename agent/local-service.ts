import http from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { LocalServiceError } from './errors';
import { withoutRewrittenHost } from './host-header';
import { LocalExchange } from './local-exchange';
import { checkRequestLine, localHeaders, type LocalRequest } from './local-request';
import { readHead, readLocalResponse, type LocalResponse, type LocalResponseHead } from './local-response';
import { formatTarget, type LocalTarget } from './local-target';

/**
 * How long an idle connection to the local service is kept, in ms. The time is shorter than that of common servers (gunicorn 2 s, Node and
 * uvicorn 5 s), so that the agent closes first. If a server closed just as a request goes out, the agent could not know whether the server
 * has seen the request.
 */
const IDLE_SOCKET_MS = 1500;

/** An answer whose body has not been read yet. */
export interface OpenAnswer {
  readonly head: LocalResponseHead;
  readonly response: IncomingMessage;
  /** Explains a failure of the body, and ends the request. */
  readonly exchange: LocalExchange;
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
   * Asks the local service, and reads its whole answer.
   * @param timeoutMs for the whole answer
   * @param signal aborts the request; the signal's reason is a LocalServiceError
   * @throws LocalServiceError
   */
  async ask(request: LocalRequest, timeoutMs: number, signal?: AbortSignal): Promise<LocalResponse> {
    const exchange = this.begin(request, signal);
    exchange.limit(timeoutMs, 'sent no complete answer');
    try {
      const answer = await readLocalResponse(await exchange.head, request.method);
      return { ...answer, headers: withoutRewrittenHost(answer.headers, this.hostHeader) };
    } catch (error) {
      throw exchange.failure(error);
    }
  }

  /**
   * Asks the local service, and leaves the body of the answer to the caller.
   * @param timeoutMs until the head of the answer; undefined: the agent waits until the signal ends the request
   * @param signal aborts the request, also while the caller reads the body; the signal's reason is a LocalServiceError
   * @throws LocalServiceError
   */
  async open(request: LocalRequest, timeoutMs: number | undefined, signal: AbortSignal): Promise<OpenAnswer> {
    const exchange = this.begin(request, signal);
    if (timeoutMs !== undefined) exchange.limit(timeoutMs, 'did not begin its answer');
    try {
      const response = await exchange.head;
      exchange.unlimit();
      const head = readHead(response, request.method);
      return { head: { ...head, headers: withoutRewrittenHost(head.headers, this.hostHeader) }, response, exchange };
    } catch (error) {
      throw exchange.failure(error);
    }
  }

  /** Closes the connections. */
  close(): void {
    this.agent.destroy();
  }

  private begin(request: LocalRequest, signal: AbortSignal | undefined): LocalExchange {
    signal?.throwIfAborted();
    checkRequestLine(request);
    const exchange = new LocalExchange(this.send(request), formatTarget(this.target));
    signal?.addEventListener('abort', () => exchange.cancel(signal.reason as LocalServiceError));
    request.body.writeTo(exchange.outgoing);
    return exchange;
  }

  private send(request: LocalRequest): ClientRequest {
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
}
