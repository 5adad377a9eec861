import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Limits } from '../../limits';
import { AwsError } from '../../services';
import type { Principal } from '../../services';
import { ClientSocket } from './client-socket';
import type { ConnectionInfo } from './connection-context';

/** A message between the gateway and a client; `vanish` breaks the connection without telling the client. */
export interface Frame {
  readonly apiId: string;
  readonly direction: 'to-client' | 'from-client';
  readonly vanish: () => void;
}

/** Wraps each message in both directions. A message that the interceptor does not pass on is lost. */
export type FrameInterceptor = (frame: Frame, next: () => void) => void;

export interface GatewayConnectionOptions {
  readonly info: ConnectionInfo;
  /** The client's principal, when `$connect` is signed. */
  readonly principal?: Principal;
  readonly ws: WebSocket;
  readonly socket: Socket;
  readonly limits: Limits['webSocket'];
  readonly clock: () => number;
  /** A message has been sent to the client. */
  readonly onSent: () => void;
  readonly onMessage: (text: string) => void;
  readonly interceptFrame?: FrameInterceptor;
  /** Called once, as soon as the gateway treats the connection as ended. The client may learn of the end later, or never. */
  readonly onEnd: (code: number, reason: string) => void;
}

/**
 * An established connection as the gateway sees it, with its limits:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 *
 * A message in either direction counts as activity. Protocol pings are answered but do not count. Whether pings count on AWS
 * is not known, so no code should rely on them.
 */
export class GatewayConnection {
  lastActiveAt: number;
  private readonly client: ClientSocket;
  private readonly idle: NodeJS.Timeout;
  private readonly life: NodeJS.Timeout;
  private ended = false;

  constructor(private readonly options: GatewayConnectionOptions) {
    const { info, limits, principal, socket, ws } = options;
    this.lastActiveAt = info.connectedAt;
    const expire = (): void => this.end(1001, 'Going away');
    this.idle = setTimeout(expire, limits.idleMs).unref();
    this.life = setTimeout(expire, limits.connectionMs).unref();
    this.client = new ClientSocket({
      ws,
      socket,
      environment: principal?.environment,
      frameBytes: limits.frameBytes,
      onMessage: (text) => this.receive(text),
      onEnd: (code, reason) => this.end(code, reason),
    });
  }

  get info(): ConnectionInfo {
    return this.options.info;
  }

  get principal(): Principal | undefined {
    return this.options.principal;
  }

  /** @throws AwsError 429 when too many messages wait for a client that does not read */
  post(text: string): void {
    if (!this.hasRoom) throw new AwsError(429, 'LimitExceededException', 'Limit exceeded: the client does not read its messages');
    this.touch();
    this.options.onSent();
    this.pass('to-client', () => this.client.send(text));
  }

  /** Sends a message of the gateway itself. The message is dropped when the connection has ended or the client does not read. */
  reply(text: string): void {
    if (!this.ended && this.hasRoom) this.post(text);
  }

  /** Ends the connection with a close frame, which a frozen client does not get. */
  end(code: number, reason: string): void {
    this.finish(code, reason, () => this.client.close(code, reason));
  }

  /** Ends the connection without telling the client, like a break in the network. */
  vanish(): void {
    this.finish(1006, '', () => this.client.vanish());
  }

  private finish(code: number, reason: string, part: () => void): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.idle);
    clearTimeout(this.life);
    part();
    this.options.onEnd(code, reason);
  }

  private receive(text: string): void {
    if (this.ended) return;
    this.touch();
    this.pass('from-client', () => this.options.onMessage(text));
  }

  private pass(direction: Frame['direction'], next: () => void): void {
    const { info, interceptFrame } = this.options;
    if (interceptFrame) interceptFrame({ apiId: info.apiId, direction, vanish: () => this.vanish() }, next);
    else next();
  }

  private get hasRoom(): boolean {
    return this.client.waiting < this.options.limits.bufferedMessages;
  }

  private touch(): void {
    this.lastActiveAt = this.options.clock();
    this.idle.refresh();
  }
}
