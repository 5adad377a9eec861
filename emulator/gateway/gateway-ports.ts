import type { Server } from 'node:http';
import { closeServer, listen, portOf } from '../http-server';
import type { Limits } from '../limits';
import type { Closeable } from '../services';
import type { Endpoints } from '../terraform/computed-attributes';
import { HttpApiEdge } from './http-api/http-api-edge';
import { refuseEarly } from './refuse-early';
import { WebSocketGateway } from './websocket/websocket-gateway';

/**
 * The two ports of API Gateway. They are open before the stack is read, because the functions' environment variables contain the
 * ports' addresses. Until the gateways take over, every request gets 503.
 */
export class GatewayPorts implements Closeable {
  private constructor(
    /** For the HTTP API. */
    readonly visitors: Server,
    /** For all WebSocket APIs. */
    readonly webSockets: Server,
  ) {}

  /** Opens ports of 127.0.0.1. @param httpPort port of the HTTP API; 0 for any free port */
  static async open(httpPort: number, limits: Limits): Promise<GatewayPorts> {
    const ports = new GatewayPorts(HttpApiEdge.newServer(limits.httpApi), WebSocketGateway.newServer(limits.webSocket));
    try {
      for (const server of [ports.visitors, ports.webSockets]) server.on('request', refuseEarly);
      await Promise.all([listen(ports.visitors, httpPort), listen(ports.webSockets, 0)]);
      return ports;
    } catch (error) {
      await ports.close();
      throw error;
    }
  }

  get endpoints(): Endpoints {
    return { visitors: `http://127.0.0.1:${portOf(this.visitors)}`, webSockets: `ws://127.0.0.1:${portOf(this.webSockets)}` };
  }

  async close(): Promise<void> {
    await Promise.all([closeServer(this.visitors), closeServer(this.webSockets)]);
  }
}
