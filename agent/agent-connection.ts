import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import {
  decodeCloudMessage,
  encodeMessage,
  MAX_MESSAGE_BYTES,
  ProtocolError,
  capabilities,
  type ConnectionEstablishedMessage,
  type ErrorMessage,
  type GatewayError,
  type HttpRequestMessage,
  type NoticeMessage,
  type PartsTakenMessage,
  type UploadUrlMessage,
  type VisitorAccess,
} from '../protocol';
import type { Answered } from './answer-message';
import type { CloudClock, Reading } from './cloud-clock';
import { AgentStoppedError, ConnectionError, TunnelRefusedError } from './errors';
import { fragment } from './fragment';
import { notEstablishedBecause } from './gateway-errors';
import { Heartbeat } from './heartbeat';
import type { AgentSettings } from './options';
import { refusalError } from './refusal';
import { readRefusalDetail } from './refusal-detail';
import { version } from '../package.json';

export interface AgentConnectionOptions extends Pick<AgentSettings, 'endpoint' | 'token' | 'name' | 'connectTimeoutMs' | 'timing' | 'now'> {
  readonly wasConnected: boolean;
  /** Who may visit, hashed; undefined when everybody may. */
  readonly access: VisitorAccess | undefined;
  /** Stands for this agent on all of its connections. */
  readonly agentId: string;
  /** Learns the cloud's time from this connection. */
  readonly clock: CloudClock;
  /** Gives up a connection that is not established yet. */
  readonly signal: AbortSignal;
}

/** Handlers for the cloud's messages. Requests can come before the tunnel is established and after `close()`. */
export interface ConnectionHandlers {
  request(message: HttpRequestMessage): void;
  /** A request that cannot be read. */
  malformedRequest(request: Answered, why: string): void;
  acknowledged(requestId: string): void;
  /** The visitor of a request still waits for the answer. */
  wanted(requestId: string): void;
  /** The cloud tells what it has taken of an answer that is sent as a stream, and what it wants again. */
  partsTaken(message: PartsTakenMessage): void;
  /** Nobody waits for the answer to a request any more. */
  cancelled(requestId: string): void;
  /** The cloud rejects the agent's message about a request. Sending the message again does not help. */
  refused(requestId: string, error: ErrorMessage): void;
  /** The cloud says where to upload the body of an answer. */
  uploadPlace(message: UploadUrlMessage): void;
  /** API Gateway could not deliver a message of this agent, after the tunnel was established. */
  gatewayError(error: GatewayError): void;
  /** Something a person may want to know. */
  warning(text: string): void;
}

/** One WebSocket to the agent gateway, from its upgrade to its end. */
export class AgentConnection {
  /** Resolves with the tunnel; rejects with TunnelRefusedError, ConnectionError or AgentStoppedError. */
  readonly established: Promise<ConnectionEstablishedMessage>;
  /** Resolves with the reason once the connection has ended. */
  readonly closed: Promise<string>;
  /** Resolves when the cloud says that another agent has taken over the tunnel from this connection. */
  readonly takenOver: Promise<void>;
  wasTakenOver = false;

  private readonly socket: WebSocket;
  private heartbeat?: Heartbeat;
  /** When `ready` was sent for the first time. */
  private readyAt?: Reading;
  /** Requests that arrived before the cloud confirmed the access rules. They are kept until then. */
  private unconfirmed: HttpRequestMessage[] = [];
  private timers: NodeJS.Timeout[] = [];
  private establish!: (tunnel: ConnectionEstablishedMessage) => void;
  private fail!: (error: Error) => void;
  private finish!: (reason: string) => void;
  private tellTakenOver!: () => void;

  constructor(
    private readonly options: AgentConnectionOptions,
    private readonly handlers: ConnectionHandlers,
  ) {
    this.established = new Promise((resolve, reject) => ((this.establish = resolve), (this.fail = reject)));
    this.closed = new Promise((resolve) => (this.finish = resolve));
    this.takenOver = new Promise((resolve) => (this.tellTakenOver = resolve));
    options.signal.addEventListener('abort', this.abandon);
    this.socket = new WebSocket(connectUrl(options.endpoint, options.name), {
      headers: { authorization: `Bearer ${options.token()}` },
      handshakeTimeout: options.connectTimeoutMs,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      // A redirect would send the token to another address.
      followRedirects: false,
    });
    this.socket
      .on('open', () => this.sayReady())
      .on('message', (data, isBinary) => this.receive(data, isBinary))
      .on('unexpected-response', (_request, response) => void this.refused(response))
      .on('error', (error) => this.end(new ConnectionError(describe(error), { cause: error })))
      .on('close', (code, reason) => this.end(new ConnectionError(describeClose(code, reason.toString()))));
  }

  /** Sends one message; false when the connection is not open. */
  send(text: string): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    const frames = fragment(text);
    const last = frames.length - 1;
    frames.forEach((payload, index) => this.socket.send(payload, { binary: false, fin: index === last }));
    return true;
  }

  /** Pings now, unless a ping waits for its answer. The connection ends if nothing arrives after the ping. */
  probe(): void {
    this.heartbeat?.probe();
  }

  /** Closes with code 1000. Cuts the socket if the other end does not close in time. */
  async close(): Promise<void> {
    this.socket.close(1000);
    this.after(this.options.timing.closeMs, () => this.end(new ConnectionError('closed')));
    await this.closed;
    this.clearTimers();
  }

  private sayReady(): void {
    const { connectTimeoutMs, timing, access, agentId, clock } = this.options;
    this.readyAt = clock.read();
    const ready = encodeMessage({ type: 'ready', version, capabilities: [...capabilities], agent: agentId, ...(access && { access }) });
    this.send(ready);
    // For about 100 ms after the upgrade, the cloud may fail to answer, because the connection is not ready at the cloud's end.
    this.after(timing.readyRetryMs, () => this.send(ready));
    const late = `the cloud did not establish the tunnel within ${connectTimeoutMs / 1000} s (--connect-timeout)`;
    this.after(connectTimeoutMs, () => this.end(new ConnectionError(late)));
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.heartbeat?.heard();
    const text = (data as Buffer).toString();
    try {
      if (isBinary) throw new ProtocolError('binary message');
      this.dispatch(decodeCloudMessage(text));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.handlers.warning(`the cloud sent a message that does not follow the protocol: ${error.message}`);
      if (error.requestId !== undefined && isRequest(text)) {
        this.handlers.malformedRequest(
          { request_id: error.requestId, ...(error.ticket !== undefined && { ticket: error.ticket }) },
          error.message,
        );
      }
    }
  }

  private dispatch(message: ReturnType<typeof decodeCloudMessage>): void {
    switch (message.type) {
      case 'connection_established':
        return this.onEstablished(message);
      case 'http_request':
        if (this.options.access && !this.heartbeat) return void this.unconfirmed.push(message);
        return this.handlers.request(message);
      case 'answer_wanted':
        return this.handlers.wanted(message.request_id);
      case 'parts_taken':
        return this.handlers.partsTaken(message);
      case 'request_cancelled':
        return this.handlers.cancelled(message.request_id);
      case 'upload_url':
        return this.handlers.uploadPlace(message);
      case 'ack':
        return this.handlers.acknowledged(message.request_id);
      case 'error':
        return this.onCloudError(message);
      case 'notice':
        return this.onNotice(message);
      case 'gateway_error':
        return this.onGatewayError(message);
      case 'ping':
        this.send(encodeMessage({ type: 'pong', ...(message.id !== undefined && { id: message.id }) }));
        return;
      case 'pong':
        return this.options.clock.hearPong(message);
    }
  }

  private onEstablished(message: ConnectionEstablishedMessage): void {
    if (this.heartbeat) return;
    this.clearTimers();
    const { timing, now, access, clock } = this.options;
    if (access && !message.access) return this.end(unguarded());
    this.heartbeat = new Heartbeat({
      intervalMs: timing.pingIntervalMs,
      timeoutMs: timing.pongTimeoutMs,
      now,
      ping: () => this.send(encodeMessage({ type: 'ping', id: clock.ask() })),
      dead: () => this.end(new ConnectionError('the cloud does not answer pings')),
    });
    this.establish(message);
    if (this.readyAt) clock.hearAnswer(message.time, this.readyAt);
    for (const request of this.unconfirmed.splice(0)) this.handlers.request(request);
  }

  private onCloudError(error: ErrorMessage): void {
    const { code, message, request_id: requestId } = error;
    const report = `the cloud reports ${code}: ${message}`;
    if (!this.heartbeat && !requestId) return this.end(new ConnectionError(report));
    if (requestId) this.handlers.refused(requestId, error);
    this.handlers.warning(report);
  }

  private onNotice({ code, message }: NoticeMessage): void {
    if (code !== 'taken_over') return this.handlers.warning(`the cloud says: ${message}`);
    this.wasTakenOver = true;
    this.tellTakenOver();
  }

  /**
   * Before the tunnel is established, only `ready` was sent, so `ready` has failed: this connection ends, and the agent tries another after
   * the backoff.
   */
  private onGatewayError(error: GatewayError): void {
    if (this.heartbeat) this.handlers.gatewayError(error);
    else this.end(new ConnectionError(notEstablishedBecause(error)));
  }

  private async refused(response: IncomingMessage): Promise<void> {
    const { name, wasConnected } = this.options;
    const detail = await readRefusalDetail(response);
    this.end(refusalError({ status: response.statusCode ?? 0, name, detail, wasConnected }));
  }

  private readonly abandon = (): void => {
    if (!this.heartbeat) this.end(new AgentStoppedError());
  };

  /** Ends the connection. Any method may call this, more than once. */
  private end(reason: Error): void {
    this.clearTimers();
    this.heartbeat?.stop();
    this.options.signal.removeEventListener('abort', this.abandon);
    this.fail(reason);
    this.finish(reason.message);
    this.socket.terminate();
  }

  private after(ms: number, action: () => void): void {
    this.timers.push(setTimeout(action, ms));
  }

  private clearTimers(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
  }
}

/** The query carries the name, but never the token. */
function connectUrl(endpoint: URL, name: string | undefined): URL {
  const url = new URL(endpoint);
  if (name !== undefined) url.searchParams.set('name', name);
  return url;
}

/** The error for a cloud that did not confirm the access rules: that cloud would let every visitor in. */
const unguarded = (): TunnelRefusedError =>
  new TunnelRefusedError(
    0,
    'The cloud is too old to check visitors, so the agent has closed the tunnel: ask the operator of the tunnel to deploy ' +
      'a newer version, or leave out --basic-auth, --bearer-token and --allow-cidr.',
  );

function isRequest(text: string): boolean {
  return (JSON.parse(text) as { type?: unknown }).type === 'http_request';
}

function describe(error: Error): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return message || code || 'the connection failed';
}

function describeClose(code: number, reason: string): string {
  if (code === 1006) return 'the connection was cut';
  return `the cloud closed the connection (${code}${reason ? ` ${reason}` : ''})`;
}
