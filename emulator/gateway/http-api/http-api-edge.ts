import type { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { edgeResponse, type EdgeDialect, type EdgeResponse, type EdgeStatus } from '../../http-edge/edge-response';
import { lambdaResponse, MalformedResponseError } from '../../http-edge/lambda-response';
import { proxyEvent, type VisitorArrival } from '../../http-edge/proxy-event';
import { VisitorServer, type Exchange, type ListenOptions, type VisitRecord } from '../../http-edge/visitor-server';
import { writeResponse } from '../../http-edge/write-response';
import { AWS_LIMITS, type Limits } from '../../limits';
import type { Closeable } from '../../services';
import type { HttpApiSpec } from '../../specs';
import { invokeIntegration, type InvocationServices } from '../invoke-integration';
import { newRequestId } from '../request-id';
import { decodePath } from './decode-path';
import { HttpRoutes, sourceArnOf, type HttpRoute } from './routes';

export interface HttpApiEdgeOptions extends InvocationServices {
  readonly api: HttpApiSpec;
  readonly limits: Limits['httpApi'];
  readonly accountId: string;
  /** Whether a Host, with its port, is served; every Host by default. */
  readonly serves?: (host: string) => boolean;
  /** In ms since the epoch. */
  readonly clock?: () => number;
}

/** An HTTP API cannot have custom gateway responses, so the bodies of its own answers are always AWS's. */
const DIALECT: EdgeDialect = {
  messageField: 'message',
  newRequestId,
  ownFields: (requestId) => [['apigw-requestid', requestId]],
  eventPath: decodePath,
};

const own = (status: EdgeStatus): EdgeResponse => edgeResponse(status, DIALECT);

/** An HTTP API with Lambda proxy integrations, payload format 2.0. Errors and time-outs have AWS's statuses and bodies. */
export class HttpApiEdge implements Closeable {
  private readonly routes: HttpRoutes;
  private readonly server: VisitorServer;

  /** @throws GatewayBootError for a stage or route that the edge cannot serve */
  constructor(private readonly options: HttpApiEdgeOptions) {
    this.routes = new HttpRoutes(options.api);
    this.server = new VisitorServer({
      ...options,
      dialect: DIALECT,
      answer: async (arrival, exchange) => {
        const answer = await this.answer(arrival, exchange);
        writeResponse(exchange.response, answer, DIALECT.ownFields(exchange.requestId));
        return answer;
      },
    });
  }

  get events(): EventEmitter<{ response: [VisitRecord] }> {
    return this.server.events;
  }

  /**
   * Listens on a port. May be called several times, for several ports.
   * @param port 0 for any free one
   */
  listen(port: number, host?: string, options?: ListenOptions): Promise<{ port: number }> {
    return this.server.listen(port, host, options);
  }

  /** Answers the requests to a server, and closes the server when the edge is closed. */
  serveOn(server: Server): void {
    this.server.serveOn(server);
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private async answer(arrival: VisitorArrival, exchange: Exchange): Promise<EdgeResponse> {
    const route = this.routes.find(arrival.method, arrival.path);
    if (!route) return own(404);
    const { accountId, api, limits } = this.options;
    const event = proxyEvent(arrival, {
      accountId,
      apiId: api.apiId,
      stage: api.stageName,
      routeKey: route.routeKey,
    });
    // A body within the HTTP API's limit can exceed the function's limit, for example as base64.
    if (Buffer.byteLength(JSON.stringify(event)) > AWS_LIMITS.lambda.syncPayloadBytes) return own(413);
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
        return own(503);
      case 'error':
      case 'forbidden':
        return own(500);
    }
  }

  private understand(payload: unknown, { integration }: HttpRoute): EdgeResponse {
    try {
      return lambdaResponse(payload);
    } catch (error) {
      if (!(error instanceof MalformedResponseError)) throw error;
      this.options.log.warn(`${integration.address}: ${integration.functionArn} returned no valid response: ${error.message}`);
      return own(500);
    }
  }
}
