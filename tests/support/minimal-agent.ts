import { once } from 'node:events';
import WebSocket from 'ws';

type Message = Record<string, unknown>;

/**
 * An agent that knows the old messages and nothing else, written from the protocol's page and sharing no code with ours.
 * Tests also use it to say what no honest agent would.
 */
export class MinimalAgent {
  readonly received: Message[] = [];
  private constructor(
    readonly socket: WebSocket,
    /** What `connection_established` said. */
    readonly tunnel: { tunnel_id: string; public_url: string },
  ) {}

  /** Connects as old agents do: token in the query, no name, `ready`, then requests. */
  static async connect(
    endpoint: string,
    token: string,
    onRequest: (request: Message, agent: MinimalAgent) => void,
    query: Record<string, string> = {},
  ): Promise<MinimalAgent> {
    const url = new URL(endpoint);
    url.search = new URLSearchParams({ token, ...query }).toString();
    const socket = new WebSocket(url);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'ready' }));
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

  /** Answers a request with a text. */
  answer(requestId: unknown, text: string, statusCode = 200): void {
    this.send({
      type: 'http_response',
      request_id: requestId,
      status_code: statusCode,
      headers: { 'content-type': ['text/plain'] },
      body: Buffer.from(text).toString('base64'),
      processing_time_ms: 1,
    });
  }

  /** Goes without a word, as a laptop does that is closed. */
  vanish(): void {
    this.socket.terminate();
  }
}
