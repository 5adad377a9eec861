import { once } from 'node:events';
import WebSocket from 'ws';

type Message = Record<string, unknown>;

/**
 * An agent that knows the old messages only. It is written from the protocol's document and shares no code with this project's agent.
 * Tests also use it to send messages that no honest agent would send.
 */
export class MinimalAgent {
  readonly received: Message[] = [];
  private constructor(
    readonly socket: WebSocket,
    /** The fields of `connection_established`. */
    readonly tunnel: { tunnel_id: string; public_url: string },
  ) {}

  /** Connects like an old agent: with the token in the query and without a name. Sends `ready`, then receives requests. @param capabilities an old agent announces none */
  static async connect(
    endpoint: string,
    token: string,
    onRequest: (request: Message, agent: MinimalAgent) => void,
    query: Record<string, string> = {},
    capabilities?: readonly string[],
  ): Promise<MinimalAgent> {
    const url = new URL(endpoint);
    url.search = new URLSearchParams({ token, ...query }).toString();
    const socket = new WebSocket(url);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'ready', capabilities }));
    const [first] = (await once(socket, 'message')) as [Buffer];
    const established = JSON.parse(first.toString()) as MinimalAgent['tunnel'] & Message;
    if (established['type'] !== 'connection_established') throw new Error(`expected connection_established, got ${first.toString()}`);
    const agent = new MinimalAgent(socket, established);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      agent.received.push(message);
      if (message['type'] === 'http_request') onRequest(message, agent);
    });
    return agent;
  }

  send(message: Message): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Answers a request with a text. @param more further fields of the message */
  answer(requestId: unknown, text: string, statusCode = 200, more: Message = {}): void {
    this.send({
      type: 'http_response',
      request_id: requestId,
      status_code: statusCode,
      headers: { 'content-type': ['text/plain'] },
      body: Buffer.from(text).toString('base64'),
      processing_time_ms: 1,
      ...more,
    });
  }

  /** Ends the connection without a close frame, like a laptop that is closed. */
  vanish(): void {
    this.socket.terminate();
  }
}
