import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { closeServer, listen, portOf } from '../../http-server';
import type { Limits } from '../../limits';
import { FOREIGN_HOST, isLoopbackHost } from '../../loopback-host';
import type { Closeable, Interceptor, Principal, Principals } from '../../services';
import type { WebSocketApiSpec } from '../../specs';
import type { InvocationServices } from '../invoke-integration';
import { refuseEarly } from '../../http-edge/refuse-early';
import { newRequestId } from '../request-id';
import { GatewayConnection, type FrameInterceptor } from './gateway-connection';
import type { ConnectionInfo } from './connection-context';
import { ConnectionsApi } from './connections-api';
import { addressedStage, isHandshake, refuseUpgrade } from './upgrade-request';
import { waitForThaw } from './wait-for-thaw';
import type { WebSocketActivity, WebSocketObserver } from './web-socket-activity';
import { gatewayMessage, WebSocketApi, type WebSocketApiOptions } from './web-socket-api';
import { sourceIpOf } from './web-socket-events';

export interface WebSocketGatewayOptions extends InvocationServices, Pick<WebSocketApiOptions, 'beforeMock'> {
  readonly apis: readonly WebSocketApiSpec[];
  readonly principals: Principals;
  readonly region: string;
  readonly limits: Limits['webSocket'];
  /** Wraps each call of `@connections` and each signed connect. Without an interceptor, all of them pass. */
  readonly intercept?: Interceptor;
  /** Serves on this server, which listens already. By default the gateway makes a server, and `listen` opens its port. */
  readonly server?: Server;
  /** Wraps each message in both directions; used to inject faults. */
  readonly interceptFrame?: FrameInterceptor;
  /** In ms since the epoch. */
  readonly clock?: () => number;
}

export interface ConnectionListing {
  readonly connectionId: string;
  /** In ms since the epoch. */
  readonly connectedAt: number;
  readonly lastActiveAt: number;
  readonly principal?: Principal;
}

/**
 * Serves all WebSocket APIs of a stack and their `@connections` on one port: `ws://127.0.0.1:PORT/<api id>/<stage>`. The
 * gateway applies AWS's limits, and delivers nothing to an execution environment that is frozen (client-socket.ts).
 */
export class WebSocketGateway implements Closeable {
  readonly events = new EventEmitter<{ activity: [WebSocketActivity] }>();
  private readonly apis: ReadonlyMap<string, WebSocketApi>;
  private readonly established = new Map<string, GatewayConnection>();
  private readonly sockets = new Set<Socket>();
  private readonly webSockets: WebSocketServer;
  private readonly protocols = new WeakMap<IncomingMessage, string>();
  private readonly server: Server;
  private readonly clock: () => number;

  /** @throws GatewayBootError for a route, template or expression that the gateway cannot run */
  constructor(private readonly options: WebSocketGatewayOptions) {
    const { clock = Date.now, intercept = (_call, next) => next(), limits } = options;
    this.clock = clock;
    this.apis = new Map(
      options.apis.map((api) => [api.apiId, new WebSocketApi({ ...options, api, intercept, clock, observe: this.observerOf(api) })]),
    );
    this.server = options.server ?? WebSocketGateway.newServer(limits);
    this.server.off('request', refuseEarly);
    this.webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.messageBytes,
      handleProtocols: (_offered, request) => this.protocols.get(request) ?? false,
    });
    const management = new ConnectionsApi({
      ...options,
      intercept,
      clock,
      find: (...target) => this.find(...target),
    });
    this.server.on('request', (request, response) => void management.handle(request, response));
    this.server.on('upgrade', (request, socket, head) => {
      this.upgrade(request, socket as Socket, head).catch((error: unknown) => {
        options.log.warn(`a WebSocket upgrade failed: ${String(error)}`);
        socket.destroy();
      });
    });
  }

  /** A server for the option `server`, which does not listen yet. */
  static newServer({ keepAliveMs }: Limits['webSocket']): Server {
    return createServer({ keepAliveTimeout: keepAliveMs });
  }

  /** @param port 0 for any free one */
  listen(port: number): Promise<void> {
    return listen(this.server, port);
  }

  /** `ws://127.0.0.1:PORT/<api id>/<stage>`; the management endpoint is the same URL with `http`. */
  invokeUrl({ apiId, stageName }: Pick<WebSocketApiSpec, 'apiId' | 'stageName'>): string {
    return `ws://127.0.0.1:${portOf(this.server)}/${apiId}/${stageName}`;
  }

  /** The connections of one API that the gateway counts as open. */
  connections(apiId: string): ConnectionListing[] {
    return [...this.established.values()]
      .filter(({ info }) => info.apiId === apiId)
      .map(({ info: { connectionId, connectedAt }, lastActiveAt, principal }) => ({
        connectionId,
        connectedAt,
        lastActiveAt,
        principal,
      }));
  }

  /**
   * Breaks a connection, for fault tests.
   * @param how `close`: with a close frame, as when API Gateway goes away; `vanish`: the client notices only at its next write
   * @returns whether there was such a connection
   */
  drop(connectionId: string, how: 'close' | 'vanish'): boolean {
    const connection = this.established.get(connectionId);
    if (how === 'close') connection?.end(1001, 'Going away');
    else connection?.vanish();
    return connection !== undefined;
  }

  /** Cuts all connections without running `$disconnect`. */
  async close(): Promise<void> {
    this.established.clear();
    const closed = closeServer(this.server);
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private find(apiId: string, stage: string, connectionId: string): GatewayConnection | undefined {
    const connection = this.established.get(connectionId);
    return connection?.info.apiId === apiId && connection.info.stage === stage ? connection : undefined;
  }

  private async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // A client may go away during the handshake, before `ws` listens for errors.
    socket.on('error', () => undefined);
    const addressed = addressedStage(request.url);
    const api = addressed && this.apis.get(addressed.apiId);
    const info = this.newConnection(request, addressed?.apiId ?? '', addressed?.stage ?? '');
    const refuse = (status: number, message: string): void =>
      refuseUpgrade(socket, status, gatewayMessage(message, { ...info, requestId: newRequestId() }));
    if (!isLoopbackHost(request.headers.host)) return refuse(403, FOREIGN_HOST);
    if (!isHandshake(request)) return refuse(400, 'Bad Request');
    if (!api || api.spec.stageName !== info.stage) return refuse(403, 'Forbidden');

    const outcome = await api.connect(request, info);
    if (outcome.kind === 'refused') return refuseUpgrade(socket, outcome.status, outcome.body, outcome.errorType);
    await waitForThaw(outcome.principal?.environment);
    if (!socket.readable || !socket.writable) {
      // The client went away meanwhile: the function that accepted the connection must get the `$disconnect` event.
      socket.destroy();
      return void api.disconnect(outcome.info, 1006, '');
    }
    if (outcome.protocol !== undefined) this.protocols.set(request, outcome.protocol);
    this.webSockets.handleUpgrade(request, socket, head, (ws) => this.establish(api, outcome.info, outcome.principal, ws, socket));
  }

  private observerOf({ apiId, stageName: stage }: WebSocketApiSpec): WebSocketObserver {
    return (what, value) => this.events.emit('activity', { at: this.clock(), apiId, stage, what, ...(value !== undefined && { value }) });
  }

  private newConnection(request: IncomingMessage, apiId: string, stage: string): ConnectionInfo {
    return {
      connectionId: newRequestId(),
      connectedAt: this.clock(),
      apiId,
      stage,
      domainName: (request.headers.host ?? '').replace(/:\d*$/, ''),
      identity: { sourceIp: sourceIpOf(request), userAgent: request.headers['user-agent'] ?? '' },
    };
  }

  private establish(api: WebSocketApi, info: ConnectionInfo, principal: Principal | undefined, ws: WebSocket, socket: Socket): void {
    const { connectionId } = info;
    const connection = new GatewayConnection({
      info,
      principal,
      ws,
      socket,
      limits: this.options.limits,
      clock: this.clock,
      ...(this.options.interceptFrame && { interceptFrame: this.options.interceptFrame }),
      onSent: () => this.observerOf(api.spec)('MessageCount'),
      onMessage: (text) => void api.message(info, text, (answer) => connection.reply(answer)),
      onEnd: (code, reason) => {
        if (this.established.delete(connectionId)) void api.disconnect(info, code, reason);
      },
    });
    this.established.set(connectionId, connection);
  }
}
