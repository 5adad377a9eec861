import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { closeServer, listen, portOf } from '../http-server';
import type { Closeable, Logger } from '../services';
import { edgeResponse, type EdgeDialect, type EdgeResponse, type HeaderFields } from './edge-response';
import type { VisitorArrival } from './proxy-event';
import { readBody } from './read-body';
import { refuseEarly } from './refuse-early';
import { Refusals } from './refusals';
import { readHead, type RequestHead } from './request-head';

/** A request that was answered. */
export interface VisitRecord {
  readonly at: number;
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly status: number;
  /** Header fields of the answer. */
  readonly headers: HeaderFields;
  /** From the request's arrival until its answer was known, or until a streamed answer had ended. */
  readonly latencyMs: number;
  /** The function's part of the latency; missing when no function was invoked. */
  readonly integrationLatencyMs?: number;
}

export interface ListenOptions {
  /**
   * The custom domain name that this port stands for, as a custom domain name of API Gateway stands for an API. It is the `domainName` of
   * every event; by default the name in the visitor's Host is. A tunnel can so have its own port where `*.localhost` does not resolve.
   */
  readonly domainName?: string;
}

/** A request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** In ms since the epoch. */
  readonly at: number;
  /** In ms, of `performance.now()`. */
  readonly startedAt: number;
  integrationLatencyMs?: number;
}

export interface EdgeLimits {
  readonly payloadBytes: number;
  /** Request line and header fields together. */
  readonly headerBytes: number;
}

export interface VisitorServerOptions {
  readonly dialect: EdgeDialect;
  readonly limits: EdgeLimits;
  readonly log: Logger;
  /** Whether a Host, with its port, is served; every Host by default. */
  readonly serves?: ((host: string) => boolean) | undefined;
  /** In ms since the epoch. */
  readonly clock?: (() => number) | undefined;
  /** Answers a request whose body has come. @returns what was answered */
  readonly answer: (arrival: VisitorArrival, exchange: Exchange) => Promise<Pick<EdgeResponse, 'status' | 'headers'>>;
}

/**
 * Takes the requests of visitors: reads head and body, and refuses what the edge of AWS refuses. There are no WebSockets: upgrades are
 * answered as plain requests.
 */
export class VisitorServer implements Closeable {
  readonly events = new EventEmitter<{ response: [VisitRecord] }>();
  private readonly servers: Server[] = [];

  constructor(private readonly options: VisitorServerOptions) {}

  /** A server for `serveOn`, which does not listen yet. */
  static newServer({ headerBytes }: EdgeLimits): Server {
    const server = createServer({
      maxHeaderSize: headerBytes,
      insecureHTTPParser: false,
      // The edge refuses a missing Host itself, with AWS's body.
      requireHostHeader: false,
    });
    // Node would drop fields beyond 2000 silently; their size is limited anyway.
    server.maxHeadersCount = 0;
    return server;
  }

  /**
   * Listens on a port. May be called several times, for several ports.
   * @param port 0 for any free one
   */
  async listen(port: number, host = '127.0.0.1', options: ListenOptions = {}): Promise<{ port: number }> {
    const server = VisitorServer.newServer(this.options.limits);
    this.serveOn(server, options);
    await listen(server, port, host);
    return { port: portOf(server) };
  }

  /** Answers the requests to a server, and closes the server when the edge is closed. */
  serveOn(server: Server, options: ListenOptions = {}): void {
    this.servers.push(server);
    const refusals = new Refusals(server, this.options.dialect);
    server.off('request', refuseEarly);
    const receive = (request: IncomingMessage, response: ServerResponse): void => this.receive(request, response, refusals, options);
    server.on('request', receive);
    // Without this listener, Node would ask for the body of a request that the edge refuses by its head.
    server.on('checkContinue', receive);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.splice(0).map(closeServer));
  }

  /** Judges the head at once: bytes behind a refused request must not be read as another request. */
  private receive(request: IncomingMessage, response: ServerResponse, refusals: Refusals, { domainName }: ListenOptions): void {
    if (refusals.isClosing(request)) return;
    const { clock = Date.now, dialect, limits, log, serves = () => true } = this.options;
    const exchange: Exchange = { request, response, requestId: dialect.newRequestId(), at: clock(), startedAt: performance.now() };
    const head = readHead(request, { payloadBytes: limits.payloadBytes, serves, domainName, dialect });
    if (!('rawHeaders' in head)) return this.refuse(exchange, refusals, head);
    const served = this.serve(exchange, refusals, head).catch((error: unknown) => {
      log.warn(`${head.method} could not be served: ${String(error)}`);
      response.destroy();
    });
    refusals.track(request, served);
  }

  private async serve(exchange: Exchange, refusals: Refusals, head: RequestHead): Promise<void> {
    const { request, response, requestId, at } = exchange;
    const { answer, dialect, limits } = this.options;
    if (request.headers.expect !== undefined) response.writeContinue();
    const body = await readBody(request, limits.payloadBytes);
    if (body === 'aborted') return;
    if (body === 'too-large') return this.refuse(exchange, refusals, edgeResponse(413, dialect));
    this.record(exchange, await answer({ ...head, requestId, at, body }, exchange));
  }

  private refuse(exchange: Exchange, refusals: Refusals, refusal: EdgeResponse): void {
    refusals.refuse(exchange.request, exchange.response, refusal, exchange.requestId);
    this.record(exchange, refusal);
  }

  private record(
    { request, startedAt, integrationLatencyMs }: Exchange,
    { status, headers }: Pick<EdgeResponse, 'status' | 'headers'>,
  ): void {
    this.events.emit('response', {
      at: (this.options.clock ?? Date.now)(),
      method: request.method ?? '',
      path: (request.url ?? '').replace(/\?.*$/s, ''),
      status,
      headers,
      latencyMs: performance.now() - startedAt,
      ...(integrationLatencyMs !== undefined && { integrationLatencyMs }),
    });
  }
}
