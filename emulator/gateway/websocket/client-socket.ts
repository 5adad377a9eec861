import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { ExecutionEnvironment } from '../../services';
import { FrameMeter } from './frame-meter';

/** A client that has been told to close gets this long to confirm, in ms. */
const CLOSE_WAIT_MS = 2000;

export interface ClientSocketOptions {
  readonly ws: WebSocket;
  readonly socket: Socket;
  /** The execution environment at the other end, if the client is a function. */
  readonly environment?: ExecutionEnvironment;
  /** Largest frame, either way, in bytes. */
  readonly frameBytes: number;
  readonly onMessage: (text: string) => void;
  /** Called when the connection has ended: the client closed it, the network broke it, or the client broke a rule. */
  readonly onEnd: (code: number, reason: string) => void;
}

/** API Gateway's reason when the client's close frame was empty. */
const NO_STATUS = 'Client-side close frame status not set';

/** Close codes for messages that `ws` refuses; https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const CODES: Record<string, number> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_INVALID_UTF8: 1007,
};

/**
 * One end of a WebSocket whose other end may be frozen. The kernel of a stopped process would still accept and acknowledge
 * data, which a real network does not guarantee. So nothing is delivered to a frozen environment: messages in both directions
 * wait. A frozen environment learns of the connection's end only when its first write after the thaw gets a reset.
 */
export class ClientSocket {
  private readonly meter = new FrameMeter();
  private readonly held: string[] = [];
  private unsent = 0;
  /** The gateway has dropped the connection, but the client does not know that. */
  private halfOpen = false;

  constructor(private readonly options: ClientSocketOptions) {
    const { ws, socket, environment, frameBytes, onMessage, onEnd } = options;
    // Before the listener of `ws`, so that a frame is measured before `ws` emits its message.
    socket.prependListener('data', (chunk: Buffer) => {
      if (this.meter.push(chunk) > frameBytes) onEnd(1009, 'Message too big');
    });
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) onEnd(1003, 'Binary is not supported');
      else onMessage(data.toString());
    });
    ws.on('error', (error: NodeJS.ErrnoException) => onEnd(CODES[error.code ?? ''] ?? 1002, ''));
    ws.on('close', (code, reason) => onEnd(code, code === 1005 ? NO_STATUS : reason.toString()));
    if (!environment) return;
    environment.on('freeze', this.freeze).on('thaw', this.thaw).on('exit', this.destroy);
    socket.once('close', () => environment.off('freeze', this.freeze).off('thaw', this.thaw).off('exit', this.destroy));
    if (environment.frozen) this.freeze();
  }

  /** Messages that have not been sent yet, because the client is frozen or reads too slowly. */
  get waiting(): number {
    return this.held.length + this.unsent;
  }

  send(text: string): void {
    if (this.frozen) this.held.push(text);
    else this.transmit(text);
  }

  /** Ends the connection; a client that is frozen is not told. */
  close(code: number, reason: string): void {
    const { socket, ws } = this.options;
    if (socket.destroyed) return;
    if (this.frozen) return this.vanish();
    ws.close(code, reason);
    const timer = setTimeout(() => (this.frozen ? this.vanish() : this.destroy()), CLOSE_WAIT_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  /** Drops the client without telling it: the client's next write seems to succeed, then the client gets a reset. */
  vanish(): void {
    this.halfOpen = true;
    if (!this.frozen) this.resetOnWrite();
  }

  readonly destroy = (): void => this.options.ws.terminate();

  private get frozen(): boolean {
    return this.options.environment?.frozen ?? false;
  }

  private readonly freeze = (): void => this.options.ws.pause();

  private readonly thaw = (): void => {
    if (this.halfOpen) return this.resetOnWrite();
    for (const text of this.held.splice(0)) this.transmit(text);
    this.options.ws.resume();
  };

  private resetOnWrite(): void {
    const { socket } = this.options;
    socket.removeAllListeners('data');
    socket.once('data', () => socket.resetAndDestroy());
    socket.resume();
  }

  private transmit(text: string): void {
    const { ws, frameBytes } = this.options;
    const bytes = Buffer.from(text);
    this.unsent += 1;
    let start = 0;
    do {
      const end = start + frameBytes;
      const fin = end >= bytes.length;
      ws.send(bytes.subarray(start, end), { binary: false, fin }, () => {
        if (fin) this.unsent -= 1;
      });
      start = end;
    } while (start < bytes.length);
  }
}
