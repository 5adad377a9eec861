import type { IncomingMessage } from 'node:http';
import type { Limits } from '../../limits';
import type { Interceptor, Principal, Principals } from '../../services';
import type { WebSocketApiSpec } from '../../specs';
import type { InvocationServices } from '../invoke-integration';
import { ConnectAuthorizer } from './connect-authorizer';
import { requestContext, type ConnectionInfo } from './connection-context';
import { RouteIntegrations, type RouteIntegrationsOptions, type RouteOutcome } from './route-integrations';
import { RouteSelection } from './route-selection';
import type { WebSocketObserver } from './web-socket-activity';
import { connectEvent, disconnectEvent, messageEvent, upgradeFields } from './web-socket-events';

export interface WebSocketApiOptions extends InvocationServices, Pick<RouteIntegrationsOptions, 'beforeMock'> {
  readonly api: WebSocketApiSpec;
  readonly principals: Principals;
  readonly region: string;
  readonly limits: Limits['webSocket'];
  readonly intercept: Interceptor;
  readonly clock: () => number;
  readonly observe: WebSocketObserver;
}

export type ConnectOutcome =
  | {
      readonly kind: 'accepted';
      readonly info: ConnectionInfo;
      readonly principal?: Principal;
      readonly protocol?: string;
    }
  | { readonly kind: 'refused'; readonly status: number; readonly body: string; readonly errorType?: string };

/** One WebSocket API: runs its routes when a connection begins, sends a message, or ends. */
export class WebSocketApi {
  readonly spec: WebSocketApiSpec;
  private readonly selection: RouteSelection;
  private readonly integrations: RouteIntegrations;
  private readonly authorizer: ConnectAuthorizer | undefined;

  /** @throws GatewayBootError for what the local gateway cannot run */
  constructor(private readonly options: WebSocketApiOptions) {
    this.spec = options.api;
    this.selection = new RouteSelection(options.api);
    this.integrations = new RouteIntegrations(options);
    const route = this.selection.lifecycle('$connect');
    this.authorizer = route && new ConnectAuthorizer({ ...options, route, timeoutMs: options.limits.integrationTimeoutMs });
  }

  /** Runs the authorization, then the integration of `$connect`; the upgrade waits for both. Without this route, everybody may connect. */
  async connect(request: IncomingMessage, info: ConnectionInfo): Promise<ConnectOutcome> {
    const route = this.selection.lifecycle('$connect');
    if (!route || !this.authorizer) return { kind: 'accepted', info };
    const fields = upgradeFields(request, info.connectedAt);
    const about = { routeKey: route.routeKey, eventType: 'CONNECT' } as const;
    const context = requestContext(info, about, info.connectedAt);
    const authorization = await this.authorizer.authorize(request, fields, context);
    if (authorization.kind === 'refused') {
      const { status, message, errorType } = authorization;
      this.options.observe(status < 500 ? 'ClientError' : 'ExecutionError');
      return { kind: 'refused', status, body: gatewayMessage(message, context), errorType };
    }
    const { authorizer, principal } = authorization;
    const authorized = authorizer ? { ...info, authorizer } : info;
    const ofRoute = { ...context, ...authorized };
    this.options.observe('ConnectCount');
    const outcome = await this.integrations.run(route, connectEvent(fields, ofRoute), ofRoute);
    if (outcome.kind === 'failed') {
      return { kind: 'refused', status: outcome.status, body: gatewayMessage(outcome.message, context) };
    }
    if (outcome.statusCode < 200 || outcome.statusCode > 299) {
      return {
        kind: 'refused',
        status: outcome.statusCode,
        body: outcome.body ?? gatewayMessage('Forbidden', context),
      };
    }
    return { kind: 'accepted', info: authorized, principal, protocol: protocolIn(outcome.headers) };
  }

  /**
   * Handles one message. The messages of one connection run concurrently and in no order: none waits for the message before.
   * @param reply sends to the client
   */
  async message(info: ConnectionInfo, text: string, reply: (text: string) => void): Promise<void> {
    this.options.observe('MessageCount');
    const route = this.selection.forMessage(text);
    const about = { routeKey: route?.routeKey ?? '$default', eventType: 'MESSAGE' } as const;
    const context = requestContext(info, about, this.options.clock());
    if (!route) {
      this.options.observe('ClientError');
      return reply(gatewayMessage('Forbidden', context));
    }
    const outcome = await this.integrations.run(route, messageEvent(text, context), context);
    const answer = answerTo(outcome, route.hasRouteResponse);
    if (answer !== undefined) reply(answer);
    else if (outcome.kind === 'failed') reply(gatewayMessage(outcome.message, context));
  }

  /** Runs the `$disconnect` route, if there is one. Best effort: the result is ignored. */
  async disconnect(info: ConnectionInfo, code: number, reason: string): Promise<void> {
    const route = this.selection.lifecycle('$disconnect');
    if (!route) return;
    const about = {
      routeKey: route.routeKey,
      eventType: 'DISCONNECT',
      disconnectStatusCode: code,
      disconnectReason: reason,
    } as const;
    const context = requestContext(info, about, this.options.clock());
    await this.integrations.run(route, disconnectEvent(context), context);
  }
}

/** The answer for the client; undefined without a route response. */
const answerTo = (outcome: RouteOutcome, hasRouteResponse: boolean): string | undefined =>
  outcome.kind === 'response' && hasRouteResponse ? outcome.body : undefined;

/**
 * A message of API Gateway itself, byte for byte as AWS sends it: https://github.com/aws-samples/simple-websockets-chat-app/issues/42.
 * protocol/gateway-error.ts lists the texts.
 */
export const gatewayMessage = (message: string, { connectionId, requestId }: { connectionId: string; requestId: string }): string => {
  const [text, connection, request] = [message, connectionId, requestId].map((value) => JSON.stringify(value));
  return `{"message": ${text}, "connectionId":${connection}, "requestId":${request}}`;
};

/** The subprotocol that the function chose among those the client offered. */
function protocolIn(headers: Readonly<Record<string, unknown>>): string | undefined {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
  return typeof value === 'string' ? value : undefined;
}
