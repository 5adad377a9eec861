import { once } from 'node:events';
import WebSocket from 'ws';

export type Message = Readonly<Record<string, unknown>>;

/**
 * A connection to the agent gateway, for agents that are not this project's. It is written from the protocol's document and shares no
 * code with this project's agent.
 */
export class Wire {
  private constructor(
    private readonly socket: WebSocket,
    readonly tunnelId: string,
  ) {}

  /**
   * Connects as `ttf` 0.3 does: with the token in the query.
   * @param capabilities what the agent announces beyond the old protocol; an agent of `ttf` 0.3 announces nothing
   * @throws Error when the cloud refuses or says nothing in time
   */
  static async connect(
    endpoint: string,
    query: Readonly<Record<string, string>>,
    onMessage: (message: Message) => void,
    capabilities?: readonly string[],
  ): Promise<Wire> {
    const url = new URL(endpoint);
    url.search = new URLSearchParams(query).toString();
    const socket = new WebSocket(url, { handshakeTimeout: HANDSHAKE_MS });
    socket.on('error', () => undefined);
    try {
      const signal = AbortSignal.timeout(HANDSHAKE_MS);
      await once(socket, 'open', { signal });
      socket.send(JSON.stringify({ type: 'ready', ...(capabilities && { capabilities }) }));
      const tunnelId = await established(socket, signal);
      socket.on('message', (data: Buffer) => {
        const message = parsed(data);
        if (message) onMessage(message);
      });
      return new Wire(socket, tunnelId);
    } catch (error) {
      socket.terminate();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(message: Message): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    if (this.isOpen) this.socket.send(text);
  }

  /** Stops reading for a while. */
  pause(isPaused: boolean): void {
    if (!this.isOpen) return;
    if (isPaused) this.socket.pause();
    else this.socket.resume();
  }

  /** Ends without a close frame, like a laptop that is closed. */
  vanish(): void {
    this.socket.terminate();
  }

  onceClosed(listener: () => void): void {
    this.socket.once('close', listener);
  }
}

const HANDSHAKE_MS = 8000;

async function established(socket: WebSocket, signal: AbortSignal): Promise<string> {
  for (;;) {
    const [data] = (await once(socket, 'message', { signal })) as [Buffer];
    const message = parsed(data);
    if (message?.['type'] === 'connection_established') return String(message['tunnel_id']);
    // API Gateway's own error, or an error about `ready`: this connection will have no tunnel.
    throw new Error(data.toString());
  }
}

function parsed(data: Buffer): Message | undefined {
  try {
    return JSON.parse(data.toString()) as Message;
  } catch {
    return undefined;
  }
}
