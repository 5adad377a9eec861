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
import { decodePath } from './decode-path';
import { edgeResponse, foreignHost, type EdgeResponse } from './edge-response';
import { httpApiEvent, type VisitorArrival } from './http-api-event';
import { lambdaResponse, MalformedResponseError } from './lambda-response';
import { readBody } from '../read-body';
import { refuseMalformed } from './refuse-malformed';
import { requestTarget } from './request-target';
import { HttpRoutes, sourceArnOf, type HttpRoute } from './routes';
import { hasSoundFraming } from './sound-framing';
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
  /** Without the query. Decoded, unless the request was refused as malformed. */
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
  /** Every request to this port gets this Host. A tunnel can so have its own port where `*.localhost` does not resolve. */
  readonly forcedHost?: string;
}

interface Stopwatch {
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
  serveOn(server: Server, { forcedHost }: ListenOptions = {}): void {
    this.servers.push(server);
    const malformed = refuseMalformed(server);
    server.off('request', refuseEarly);
    server.on('request', (request, response) => {
      const served = this.serve(request, response, forcedHost).catch((error: unknown) => {
        this.options.log.warn(`${request.method ?? ''} could not be served: ${String(error)}`);
        response.destroy();
      });
      malformed.track(request, served);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.splice(0).map(closeServer));
  }

  private async serve(request: IncomingMessage, response: ServerResponse, forcedHost: string | undefined): Promise<void> {
    const requestId = newRequestId();
    const stopwatch: Stopwatch = { startedAt: performance.now() };
    const arrival = await this.receive(request, requestId, forcedHost);
    if (arrival === 'aborted') return;
    const answer = await ('rawHeaders' in arrival ? this.answer(arrival, stopwatch) : arrival);
    writeResponse(response, answer, requestId);
    const { startedAt, integrationLatencyMs } = stopwatch;
    this.events.emit('response', {
      at: (this.options.clock ?? Date.now)(),
      method: request.method ?? '',
      path: 'path' in arrival ? arrival.path : (request.url ?? '').replace(/\?.*$/s, ''),
      status: answer.status,
      headers: answer.headers,
      latencyMs: performance.now() - startedAt,
      ...(integrationLatencyMs !== undefined && { integrationLatencyMs }),
    });
  }

  private async receive(
    request: IncomingMessage,
    requestId: string,
    forcedHost: string | undefined,
  ): Promise<VisitorArrival | EdgeResponse | 'aborted'> {
    const { clock = Date.now, limits, serves = () => true } = this.options;
    const at = clock();
    // Read the addresses now: a closed socket no longer has them.
    const { remoteAddress = '', localPort = 0 } = request.socket;
    const target = requestTarget(request);
    if (target && !serves(target.host)) return foreignHost;
    const path = target && decodePath(target.path);
    const body = await readBody(request, limits.payloadBytes);
    if (body === 'aborted') return body;
    if (target === undefined || path === undefined || !hasSoundFraming(request)) return edgeResponse(400);
    if (body === 'too-large') return edgeResponse(413);
    return {
      method: request.method ?? '',
      path,
      query: target.query,
      protocol: `HTTP/${request.httpVersion}`,
      rawHeaders: request.rawHeaders,
      host: forcedHost ?? target.host,
      sourceIp: remoteAddress.replace(/^::ffff:/, ''),
      port: localPort,
      body,
      requestId,
      at,
    };
  }

  private async answer(arrival: VisitorArrival, stopwatch: Stopwatch): Promise<EdgeResponse> {
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
    stopwatch.integrationLatencyMs = performance.now() - askedAt;
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
