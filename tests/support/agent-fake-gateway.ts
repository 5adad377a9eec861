import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  decodeAgentMessage,
  encodeMessage,
  MAX_FRAME_BYTES,
  MAX_MESSAGE_BYTES,
  type AgentMessage,
  type CloudMessage,
  type ErrorMessage,
  type HttpRequestMessage,
  type HttpResponseMessage,
  type ReadyMessage,
  type StreamMessage,
  type UploadRequestMessage,
} from '../../protocol';
import type { FakeBucket } from './agent-fake-bucket';
import { AgentFrameMeter, type MeteredMessage } from './agent-frame-meter';

export type AnswerMessage = HttpResponseMessage | ErrorMessage;

/** The cloud's side of the protocol, with API Gateway's limits. Tests set how the gateway behaves. */
export class FakeGateway extends EventEmitter<{
  connection: [FakeConnection];
  answer: [AnswerMessage, FakeConnection];
  stream: [StreamMessage, FakeConnection];
}> {
  readonly connections: FakeConnection[] = [];
  /** Every answer in the order of arrival, including resent ones. */
  readonly answers: AnswerMessage[] = [];
  readonly messages: MeteredMessage[] = [];
  /** Every `upload_request`, including repeated ones. */
  readonly uploadRequests: UploadRequestMessage[] = [];
  /** Name in each connection attempt, including refused attempts. */
  readonly namesAsked: (string | null)[] = [];
  readonly targets: string[] = [];

  /** The gateway answers the next upgrades with these statuses, and then accepts connections again. */
  refusals: { status: number; body?: string; location?: string }[] = [];
  acknowledges = true;
  answersPings = true;
  establishes = true;
  /** True: `connection_established` confirms that the visitor access of `ready` is in force. */
  guards = false;
  /** The bucket for bodies that do not fit into a message. A gateway without a bucket does not know `upload_request`. */
  bucket?: FakeBucket;
  /** Replaces the usual answer to an `upload_request`. If the function returns undefined, the gateway sends no answer. */
  onUploadRequest?: (message: UploadRequestMessage) => CloudMessage | undefined;
  tunnelId = 'k3v9x2m4q7wz';
  /** Where visitors get streams; undefined: nowhere. */
  streamUrl?: string;
  /** The cloud's clock; undefined: an older cloud, which does not tell its time. */
  now?: () => number = Date.now;

  private readonly server = http.createServer();
  private readonly sockets = new WebSocketServer({ noServer: true });

  private constructor() {
    super();
    // Every request in flight adds a listener for its answer.
    this.setMaxListeners(0);
  }

  static async start(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    gateway.server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
    gateway.server.listen(0, '127.0.0.1');
    await once(gateway.server, 'listening');
    return gateway;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/prod`;
  }

  get newest(): FakeConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('no agent has connected');
    return connection;
  }

  /** The `ready` messages of all agents. */
  get readies(): ReadyMessage[] {
    return this.connections.flatMap(({ received }) => received.filter((message) => message.type === 'ready'));
  }

  answersTo(requestId: string): AnswerMessage[] {
    return this.answers.filter((answer) => answer.request_id === requestId);
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.terminate();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    this.targets.push(request.url ?? '');
    this.namesAsked.push(new URL(`ws://gateway${request.url}`).searchParams.get('name'));
    const refusal = this.refusals.shift();
    if (refusal) {
      const { status, body = '', location } = refusal;
      const extra = location ? `Location: ${location}\r\n` : '';
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: ${body.length}\r\n${extra}\r\n${body}`);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new FakeConnection(this, webSocket, request);
      const meter = new AgentFrameMeter((message) => {
        this.messages.push(message);
        connection.enforceLimits(message);
      });
      socket.on('data', (bytes: Buffer) => meter.push(bytes));
      this.connections.push(connection);
    });
  }
}

let requestNumber = 0;

/** The cloud's side of an agent's connection. */
export class FakeConnection {
  readonly authorization: string | undefined;
  readonly received: AgentMessage[] = [];
  readonly closed: Promise<number>;

  constructor(
    private readonly gateway: FakeGateway,
    readonly socket: WebSocket,
    request: http.IncomingMessage,
  ) {
    this.authorization = request.headers.authorization;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data) => this.receive(decodeAgentMessage((data as Buffer).toString())));
  }

  send(message: CloudMessage): void {
    this.socket.send(encodeMessage(message));
  }

  /** Sends the error that API Gateway sends when it cannot pass on a message; the bytes are the same as on AWS. */
  sendGatewayError(text: string, requestId: string): void {
    this.socket.send(`{"message": "${text}", "connectionId":"C1=", "requestId":"${requestId}"}`);
  }

  /** Sends a request and resolves with its first answer, which may arrive over any connection. */
  async request(fields: Partial<HttpRequestMessage> = {}): Promise<AnswerMessage> {
    const message = requestMessage(fields);
    const answered = new Promise<AnswerMessage>((resolve) => {
      const listener = (answer: AnswerMessage): void => {
        if (answer.request_id !== message.request_id) return;
        this.gateway.off('answer', listener);
        resolve(answer);
      };
      this.gateway.on('answer', listener);
    });
    this.send(message);
    return answered;
  }

  establish(): void {
    this.send({
      type: 'connection_established',
      connection_id: `connection-${this.gateway.connections.length}`,
      tunnel_id: this.gateway.tunnelId,
      public_url: `https://${this.gateway.tunnelId}.tunnels.test`,
      path_based_url: `https://tunnels.test/${this.gateway.tunnelId}/`,
      ...(this.gateway.streamUrl !== undefined && { stream_url: this.gateway.streamUrl }),
      ...(this.gateway.guards && { access: true }),
      ...this.time,
    });
    this.gateway.emit('connection', this);
  }

  enforceLimits({ opcode, frames }: MeteredMessage): void {
    const total = frames.reduce((sum, size) => sum + size, 0);
    if (opcode !== 1) this.socket.close(1003);
    else if (Math.max(...frames) > MAX_FRAME_BYTES || total > MAX_MESSAGE_BYTES) this.socket.close(1009);
  }

  private receive(message: AgentMessage): void {
    this.received.push(message);
    switch (message.type) {
      case 'ready':
        if (this.gateway.establishes) this.establish();
        return;
      case 'ping':
        if (this.gateway.answersPings) this.send({ type: 'pong', ...(message.id !== undefined && { id: message.id }), ...this.time });
        return;
      case 'http_response':
      case 'error':
        this.gateway.answers.push(message);
        this.gateway.emit('answer', message, this);
        if (this.gateway.acknowledges && message.request_id) this.send({ type: 'ack', request_id: message.request_id });
        return;
      case 'response_head':
      case 'response_chunk':
      case 'response_end':
      case 'response_failed':
      case 'stream_alive':
        this.gateway.emit('stream', message, this);
        return;
      case 'upload_request':
        this.gateway.uploadRequests.push(message);
        return this.sayWhereTo(message);
      default:
        return;
    }
  }

  private get time(): { readonly time?: number } {
    return this.gateway.now ? { time: this.gateway.now() } : {};
  }

  private sayWhereTo(message: UploadRequestMessage): void {
    const { bucket, onUploadRequest } = this.gateway;
    const reply = onUploadRequest ? onUploadRequest(message) : (bucket?.place(message) ?? unknownType(message.request_id));
    if (reply) this.send(reply);
  }
}

/** The error for a message of an unknown type. */
const unknownType = (requestId: string): ErrorMessage => ({
  type: 'error',
  request_id: requestId,
  code: 'invalid_request',
  message: 'type: must be one that is known',
});

/** A request message of the cloud. By default it is a plain GET. */
export function requestMessage(fields: Partial<HttpRequestMessage> = {}): HttpRequestMessage {
  return {
    type: 'http_request',
    request_id: `request-${(requestNumber += 1)}`,
    method: 'GET',
    uri: '/',
    headers: { host: ['demo.tunnels.test'] },
    body: '',
    timestamp: Date.now(),
    ...fields,
  };
}
