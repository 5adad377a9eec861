import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { closeServer, listen, portOf } from '../../http-server';
import { AWS_LIMITS, type Limits } from '../../limits';
import type { Closeable } from '../../services';
import type { HttpApiSpec } from '../../specs';
import { invokeIntegration, type InvocationServices } from '../invoke-integration';
import { refuseEarly } from '../refuse-early';
import { newRequestId } from '../request-id';
import { edgeResponse, type EdgeResponse } from './edge-response';
import { httpApiEvent, type VisitorArrival } from './http-api-event';
import { lambdaResponse, MalformedResponseError } from './lambda-response';
import { readBody } from '../read-body';
import { Refusals } from './refusals';
import { readHead, type RequestHead } from './request-head';
import { HttpRoutes, sourceArnOf, type HttpRoute } from './routes';
import { writeResponse } from './write-response';

export interface HttpApiEdgeOptions extends InvocationServices {
  readonly api: HttpApiSpec;
  readonly limits: Limits['httpApi'];
  readonly accountId: string;
  /** Whether a Host, with its port, is served; every Host by default. */
  readonly serves?: (host: string) => boolean;
  /** In ms since the epoch. */
  readonly clock?: () => number;
}

/** A request that was answered. */
export interface HttpApiRecord {
  readonly at: number;
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly status: number;
  /** Header fields of the answer. */
  readonly headers: EdgeResponse['headers'];
  /** From the request's arrival until its answer was known. */
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
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly refusals: Refusals;
  readonly requestId: string;
  /** In ms since the epoch. */
  readonly at: number;
  /** In ms, of `performance.now()`. */
  readonly startedAt: number;
  integrationLatencyMs?: number;
}

/**
 * An HTTP API with Lambda proxy integrations, payload format 2.0. It has no WebSockets: upgrades are answered as plain
 * requests. Errors and time-outs have AWS's statuses and bodies (edge-response.ts).
 */
export class HttpApiEdge implements Closeable {
  readonly events = new EventEmitter<{ response: [HttpApiRecord] }>();
  private readonly routes: HttpRoutes;
  private readonly servers: Server[] = [];

  /** @throws GatewayBootError for a stage or route that the edge cannot serve */
  constructor(private readonly options: HttpApiEdgeOptions) {
    this.routes = new HttpRoutes(options.api);
  }

  /** A server for `serveOn`, which does not listen yet. */
  static newServer({ headerBytes }: Limits['httpApi']): Server {
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
    const server = HttpApiEdge.newServer(this.options.limits);
    this.serveOn(server, options);
    await listen(server, port, host);
    return { port: portOf(server) };
  }

  /** Answers the requests to a server, and closes the server when the edge is closed. */
  serveOn(server: Server, options: ListenOptions = {}): void {
    this.servers.push(server);
    const refusals = new Refusals(server);
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
    const { clock = Date.now, limits, log, serves = () => true } = this.options;
    const exchange: Exchange = { request, response, refusals, requestId: newRequestId(), at: clock(), startedAt: performance.now() };
    const head = readHead(request, { payloadBytes: limits.payloadBytes, serves, domainName });
    if (!('rawHeaders' in head)) return this.refuse(exchange, head);
    const served = this.serve(exchange, head).catch((error: unknown) => {
      log.warn(`${head.method} could not be served: ${String(error)}`);
      response.destroy();
    });
    refusals.track(request, served);
  }

  private async serve(exchange: Exchange, head: RequestHead): Promise<void> {
    const { request, response, requestId, at } = exchange;
    if (request.headers.expect !== undefined) response.writeContinue();
    const body = await readBody(request, this.options.limits.payloadBytes);
    if (body === 'aborted') return;
    if (body === 'too-large') return this.refuse(exchange, edgeResponse(413));
    const answer = await this.answer({ ...head, requestId, at, body }, exchange);
    writeResponse(response, answer, requestId);
    this.record(exchange, answer);
  }

  private refuse(exchange: Exchange, refusal: EdgeResponse): void {
    exchange.refusals.refuse(exchange.request, exchange.response, refusal, exchange.requestId);
    this.record(exchange, refusal);
  }

  private record({ request, startedAt, integrationLatencyMs }: Exchange, { status, headers }: EdgeResponse): void {
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

  private async answer(arrival: VisitorArrival, exchange: Exchange): Promise<EdgeResponse> {
    const route = this.routes.find(arrival.method, arrival.path);
    if (!route) return edgeResponse(404);
    const { accountId, api, limits } = this.options;
    const event = httpApiEvent(arrival, {
      accountId,
      apiId: api.apiId,
      stage: api.stageName,
      routeKey: route.routeKey,
    });
    // A body within the HTTP API's limit can exceed the function's limit, for example as base64.
    if (Buffer.byteLength(JSON.stringify(event)) > AWS_LIMITS.lambda.syncPayloadBytes) return edgeResponse(413);
    const askedAt = performance.now();
    const result = await invokeIntegration(this.options, {
      address: route.integration.address,
      functionArn: route.integration.functionArn,
      sourceArn: sourceArnOf(api, route),
      timeoutMs: Math.min(route.integration.timeoutMs, limits.integrationTimeoutMs),
      origin: 'outside',
      event,
    });
    exchange.integrationLatencyMs = performance.now() - askedAt;
    switch (result.kind) {
      case 'ok':
        return this.understand(result.payload, route);
      case 'throttled':
      case 'timeout':
        return edgeResponse(503);
      case 'error':
      case 'forbidden':
        return edgeResponse(500);
    }
  }

  private understand(payload: unknown, { integration }: HttpRoute): EdgeResponse {
    try {
      return lambdaResponse(payload);
    } catch (error) {
      if (!(error instanceof MalformedResponseError)) throw error;
      this.options.log.warn(`${integration.address}: ${integration.functionArn} returned no valid response: ${error.message}`);
      return edgeResponse(500);
    }
  }
}
