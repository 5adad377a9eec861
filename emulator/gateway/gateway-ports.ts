import type { Server } from 'node:http';
import { closeServer, listen, portOf } from '../http-server';
import type { Limits } from '../limits';
import type { Closeable } from '../services';
import type { Endpoints } from '../terraform/computed-attributes';
import { refuseEarly } from '../http-edge/refuse-early';
import { VisitorServer } from '../http-edge/visitor-server';
import { WebSocketGateway } from './websocket/websocket-gateway';

/**
 * The two ports of API Gateway, and that of a function URL. They are open before the stack is read, because the functions' environment variables contain the
 * ports' addresses. Until the services take over, every request gets 503.
 */
export class GatewayPorts implements Closeable {
  private constructor(
    /** For the HTTP API. */
    readonly visitors: Server,
    /** For all WebSocket APIs. */
    readonly webSockets: Server,
    /** Undefined for a stack without a function URL. */
    readonly functionUrl: Server | undefined,
  ) {}

  /**
   * Opens ports of 127.0.0.1.
   * @param httpPort port of the HTTP API; 0 for any free port
   * @param functionUrlPort port of the function URL; undefined for a stack without one
   */
  static async open(httpPort: number, limits: Limits, functionUrlPort?: number): Promise<GatewayPorts> {
    const functionUrl = functionUrlPort === undefined ? undefined : VisitorServer.newServer(limits.functionUrl);
    const ports = new GatewayPorts(VisitorServer.newServer(limits.httpApi), WebSocketGateway.newServer(limits.webSocket), functionUrl);
    try {
      for (const server of ports.all) server.on('request', refuseEarly);
      await Promise.all([
        listen(ports.visitors, httpPort),
        listen(ports.webSockets, 0),
        ...(functionUrl ? [listen(functionUrl, functionUrlPort ?? 0)] : []),
      ]);
      return ports;
    } catch (error) {
      await ports.close();
      throw error;
    }
  }

  get endpoints(): Endpoints {
    return {
      visitors: `http://127.0.0.1:${portOf(this.visitors)}`,
      webSockets: `ws://127.0.0.1:${portOf(this.webSockets)}`,
      ...(this.functionUrl && { functionUrl: `http://127.0.0.1:${portOf(this.functionUrl)}` }),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(closeServer));
  }

  private get all(): Server[] {
    return [this.visitors, this.webSockets, ...(this.functionUrl ? [this.functionUrl] : [])];
  }
}
