import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { encodeMessage, type ConnectionEstablishedMessage, type VisitorAccess } from '../protocol';
import { Answerer } from './answerer';
import { Backoff } from './backoff';
import { BodyBucket } from './body-bucket';
import { AgentConnection, type ConnectionHandlers } from './agent-connection';
import { CloudClock } from './cloud-clock';
import { AgentStoppedError, ConnectionError, TunnelRefusedError, TunnelTakenOverError } from './errors';
import { GatewayErrorReports } from './gateway-errors';
import { Lateness } from './lateness';
import { LocalService } from './local-service';
import { resolveOptions, type AgentOptions, type AgentSettings } from './options';
import { Outbox } from './outbox';
import { pause, settledWithin } from './pause';
import { RequestHandler } from './request-handler';
import type { RequestSummary, StreamBeginning } from './request-summary';
import { StreamAnswerer } from './stream/stream-answerer';
import { Streams } from './stream/streams';
import { Uploads } from './uploads';
import { hashedAccess } from './visitor-access';

/** Where visitors reach the tunnel. */
export interface TunnelAddress {
  readonly tunnelId: string;
  readonly publicUrl: string;
  readonly subdomainUrl?: string;
  readonly pathBasedUrl?: string;
  /** Where visitors reach the tunnel for answers that are sent as streams, if the cloud has such a door. */
  readonly streamUrl?: string;
}

export interface Disconnection {
  readonly reason: string;
  /** Wait before the next attempt, in ms. Absent when the agent was stopped, because no attempt follows. */
  readonly retryInMs?: number;
}

export interface AgentEvents {
  connected: [TunnelAddress];
  disconnected: [Disconnection];
  /** An answer has begun that is sent as a stream; `request` follows when it has ended. */
  streaming: [StreamBeginning];
  /** A request has been answered, with success or with an error. */
  request: [RequestSummary];
  /** The cloud refused the connection permanently, or another agent has taken over the tunnel (TunnelTakenOverError); the agent has ended. */
  refused: [TunnelRefusedError];
  /** Something unusual happened, and the agent goes on. */
  warning: [string];
}

/**
 * Holds a tunnel: connects to the agent gateway, reconnects after a loss, replaces the connection before API Gateway cuts it at two hours,
 * and lets the local service answer the requests. Prints nothing.
 *
 * ```ts
 * const agent = new Agent({ endpoint: 'wss://agents.example.com/prod', token, target: { port: 3000 } });
 * const { publicUrl } = await agent.start();
 * await agent.stop();
 * ```
 */
export class Agent extends EventEmitter<AgentEvents> {
  private readonly settings: AgentSettings;
  /** Lets the cloud tell this agent's own newer connection from another agent that takes over the tunnel. */
  private readonly id = randomUUID();
  /** Hashed once, so that every connection sends the same salt and digests: the cloud need not check a known password again. */
  private readonly access: VisitorAccess | undefined;
  private readonly clock: CloudClock;
  private readonly service: LocalService;
  private readonly bucket: BodyBucket;
  private readonly outbox: Outbox;
  private readonly uploads: Uploads;
  private readonly streams: Streams;
  private readonly requests: RequestHandler;
  private readonly backoff: Backoff;
  private readonly gatewayErrors: GatewayErrorReports;

  private readonly stopping = new AbortController();
  private readonly open = new Set<AgentConnection>();
  private readonly hintsTold = new Set<string>();
  /** The newest established connection. All answers go out over it, also the answers to requests from an older connection. */
  private current?: AgentConnection;
  private tunnel?: TunnelAddress;
  private started?: Promise<TunnelAddress>;
  private running: Promise<void> = Promise.resolve();
  private stopped?: Promise<void>;
  /** True once answers can no longer be sent. New requests are then ignored. */
  private ended = false;

  /** @throws AgentOptionError */
  constructor(options: AgentOptions) {
    super();
    this.settings = resolveOptions(options);
    const { endpoint, target, hostHeader, timing, now, monotonic, random } = this.settings;
    const { requestTimeoutMs, headTimeoutMs, maxInFlight, maxBytesInFlight } = this.settings;
    this.clock = new CloudClock(() => ({ monotonic: monotonic(), wall: now() }));
    this.access = hashedAccess(this.settings.access);
    this.backoff = new Backoff(timing.backoffBaseMs, timing.backoffCapMs, random);
    this.gatewayErrors = new GatewayErrorReports(now);
    this.service = new LocalService(target, hostHeader);
    this.bucket = new BodyBucket({
      allowHttp: endpoint.protocol === 'ws:',
      newBackoff: () => new Backoff(timing.backoffBaseMs, timing.resendMs, random),
    });
    const cloud = {
      send: (text: string) => this.current?.send(text) ?? false,
      onSilence: () => this.current?.probe(),
      now: monotonic,
    };
    this.outbox = new Outbox({ ...cloud, resendMs: timing.resendMs, onTheWayMs: timing.onTheWayMs });
    this.streams = new Streams({ ...cloud, outbox: this.outbox });
    this.uploads = new Uploads(this.outbox, this.bucket);
    this.requests = new RequestHandler({
      answerer: new Answerer(this.service, this.bucket, this.uploads, new StreamAnswerer(this.service, headTimeoutMs), requestTimeoutMs),
      outbox: this.outbox,
      streams: this.streams,
      clock: this.clock,
      lateness: new Lateness({ clock: this.clock, ask: () => this.current?.probe(), askAgainMs: timing.resendMs }),
      maxInFlight,
      maxBytesInFlight,
      now: monotonic,
      onStream: (beginning) => this.emit('streaming', beginning),
      onFinished: (summary) => {
        this.backoff.reset();
        this.emit('request', summary);
        this.tellOnce(summary.hint);
      },
    });
  }

  /**
   * Connects, with as many attempts as needed. Resolves with the first tunnel; the event `connected` reports later ones.
   * @throws TunnelRefusedError when the cloud refuses permanently, AgentStoppedError when `stop()` comes first
   */
  start(): Promise<TunnelAddress> {
    return (this.started ??= new Promise((resolve, reject) => {
      this.once('connected', resolve);
      this.running = this.holdTunnel();
      this.running.catch(async (error: Error) => {
        await this.stop();
        reject(error);
        if (error instanceof TunnelRefusedError) this.emit('refused', error);
      });
    }));
  }

  /** How many answers that may be sent as streams are not with the cloud yet. */
  get openStreams(): number {
    return this.streams.size;
  }

  /**
   * Drains and ends: sends `draining` to the cloud, answers the requests in flight within `graceMs`, fails the remaining requests, waits a
   * little until the cloud has acknowledged the last answers or has not asked for them, and closes.
   */
  stop({ graceMs = 25_000 }: { graceMs?: number } = {}): Promise<void> {
    return (this.stopped ??= this.drain(graceMs));
  }

  // --- the life of the connection

  /** Every request of a page may give reason for the same hint. */
  private tellOnce(hint: string | undefined): void {
    if (hint === undefined || this.hintsTold.has(hint)) return;
    this.hintsTold.add(hint);
    this.emit('warning', hint);
  }

  /**
   * Connects and holds the connection, again and again, until the agent is stopped or refused. An old connection stays open until the next
   * one is established.
   */
  private async holdTunnel(): Promise<void> {
    for (;;) {
      const connection = await this.connect();
      const lostBecause = await this.lossOrOldAge(connection);
      if (this.stopping.signal.aborted) return;
      if (lostBecause !== undefined) await this.waitToRetry(lostBecause);
    }
  }

  private async connect(): Promise<AgentConnection> {
    for (;;) {
      if (this.stopping.signal.aborted) throw new AgentStoppedError();
      // A newer connection that is established at the same time takes the tunnel back. Only another attempt must not.
      if (this.current?.wasTakenOver) throw this.takenOver();
      const connection = this.newConnection();
      const established = await connection.established.catch((error: Error) => error);
      if (!(established instanceof Error)) {
        this.adopt(connection, toTunnelAddress(established));
        return connection;
      }
      if (this.hasLostItsName(established)) continue;
      if (!(established instanceof ConnectionError)) throw established;
      await this.waitToRetry(established.message);
    }
  }

  /** True if the cloud no longer grants the name that the cloud itself chose: its lease has ended. The agent then asks for a new name. */
  private hasLostItsName(error: Error): boolean {
    const { tunnel, settings } = this;
    if (!(error instanceof TunnelRefusedError) || error.status !== 403 || !tunnel || settings.name !== undefined) return false;
    this.emit('warning', `the tunnel's name "${tunnel.tunnelId}" is given up, because the agent was away too long: asking for a new name`);
    this.tunnel = undefined;
    return true;
  }

  private newConnection(): AgentConnection {
    const { tunnel, stopping } = this;
    const connection = new AgentConnection(
      {
        ...this.settings,
        // A reconnecting agent asks for the same name, because visitors use its address.
        name: tunnel?.tunnelId ?? this.settings.name,
        access: this.access,
        wasConnected: tunnel !== undefined,
        agentId: this.id,
        clock: this.clock,
        signal: stopping.signal,
      },
      this.handlers,
    );
    this.open.add(connection);
    void connection.closed.then(() => {
      this.open.delete(connection);
      if (this.current === connection) this.current = undefined;
    });
    return connection;
  }

  private readonly handlers: ConnectionHandlers = {
    request: (message) => {
      if (!this.ended) this.requests.handle(message);
    },
    malformedRequest: (request, why) => {
      if (!this.ended) this.requests.reject(request, why);
    },
    acknowledged: (requestId) => {
      this.outbox.acknowledge(requestId);
      this.uploads.drop(requestId);
    },
    wanted: (requestId) => {
      this.outbox.wanted(requestId);
      this.uploads.wanted(requestId);
      this.streams.wanted(requestId);
    },
    partsTaken: (message) => this.streams.taken(message),
    cancelled: (requestId) => this.streams.cancel(requestId),
    refused: (requestId, error) => {
      this.outbox.acknowledge(requestId);
      this.uploads.refuse(requestId, error);
    },
    uploadPlace: (message) => this.uploads.place(message),
    gatewayError: (error) => {
      const report = this.gatewayErrors.report(error);
      if (report !== undefined) this.emit('warning', report);
    },
    warning: (text) => void this.emit('warning', text),
  };

  private adopt(connection: AgentConnection, tunnel: TunnelAddress): void {
    const previous = this.current;
    const isNews = !previous || tunnel.tunnelId !== this.tunnel?.tunnelId;
    this.current = connection;
    this.tunnel = tunnel;
    this.outbox.flush();
    this.streams.flush();
    if (previous) void this.retire(previous);
    if (isNews) this.emit('connected', tunnel);
  }

  /** Closes the old connection after a while: requests may still arrive there until the cloud knows the new connection. */
  private async retire(connection: AgentConnection): Promise<void> {
    connection.send(encodeMessage({ type: 'draining' }));
    await Promise.all([pause(this.settings.timing.lingerMs, this.stopping.signal), this.requests.settled()]);
    await connection.close();
  }

  private takenOver(): TunnelTakenOverError {
    return new TunnelTakenOverError(this.tunnel?.tunnelId ?? '');
  }

  /**
   * Resolves with the reason why the connection was lost, or with undefined when the connection is old and must be replaced.
   * @throws TunnelTakenOverError
   */
  private async lossOrOldAge(connection: AgentConnection): Promise<string | undefined> {
    const { timing, random } = this.settings;
    const over = new AbortController();
    const replaceAfterMs = timing.rotateAfterMs * (1 - random() / 10);
    const stable = setTimeout(() => this.backoff.reset(), timing.stableAfterMs);
    try {
      return await Promise.race([
        connection.closed,
        pause(replaceAfterMs, over.signal).then(() => undefined),
        connection.takenOver.then(() => Promise.reject(this.takenOver())),
      ]);
    } finally {
      over.abort();
      clearTimeout(stable);
    }
  }

  private async waitToRetry(reason: string): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const retryInMs = this.backoff.next();
    if (this.current) this.emit('warning', `the connection could not be replaced: ${reason}`);
    else this.emit('disconnected', { reason, retryInMs });
    await pause(retryInMs, this.stopping.signal);
  }

  // --- the end

  private async drain(graceMs: number): Promise<void> {
    const { stopLingerMs, lastAckMs } = this.settings.timing;
    const endsAt = Date.now() + graceMs;
    const left = (): number => Math.max(0, endsAt - Date.now());
    this.stopping.abort();
    const { current } = this;
    if (current?.send(encodeMessage({ type: 'draining' }))) {
      // Requests that the cloud sent before it received `draining` may still arrive.
      await pause(Math.min(stopLingerMs, left()));
      await settledWithin(left(), Promise.race([this.requests.idle(), current.closed]));
      this.requests.abort('the agent was stopped before the local service had answered');
      await this.requests.idle();
      const delivered = Promise.all([this.outbox.empty(), this.streams.empty()]);
      await settledWithin(Math.min(lastAckMs, left()), Promise.race([delivered, current.closed]));
    }
    this.ended = true;
    await Promise.all([...this.open].map((connection) => connection.close()));
    await this.running.catch(() => undefined);
    this.requests.abort('the agent was stopped');
    await this.requests.idle();
    this.service.close();
    this.bucket.close();
    this.outbox.close();
    this.streams.close();
    if (current) this.emit('disconnected', { reason: 'the agent was stopped' });
  }
}

function toTunnelAddress(message: ConnectionEstablishedMessage): TunnelAddress {
  return {
    tunnelId: message.tunnel_id,
    publicUrl: message.public_url,
    ...(message.subdomain_url === undefined ? {} : { subdomainUrl: message.subdomain_url }),
    ...(message.path_based_url === undefined ? {} : { pathBasedUrl: message.path_based_url }),
    ...(message.stream_url === undefined ? {} : { streamUrl: message.stream_url }),
  };
}
