import { setTimeout as sleep } from 'node:timers/promises';
import { pathFor } from '../../bench/bench-service';
import { Visitor } from '../../bench/visitor';
import type { Visit } from '../judge/history';
import type { Arrival } from './arrivals';
import { textFor } from './bodies';
import { isStreamArrival, visitStream } from './stream-visit';
import { endOf } from './visit-end';

/** A visitor gives up so long after its request, in ms: after API Gateway, which gives up after 30 s. */
const PATIENCE_MS = 45_000;
/** The same at the streaming door, which is longer than the life of a stream (chaos/world/environment.ts). */
const STREAM_PATIENCE_MS = 70_000;

/** Sends the visitors' requests, and records how they end. */
export class Visitors {
  private readonly visitor: Visitor;
  private readonly waiting = new Set<Promise<void>>();

  /** @param record is called with each visit that has ended */
  constructor(
    visitorUrl: string,
    /** The streaming door. */
    private readonly streamUrl: string,
    private readonly record: (visit: Visit) => void,
  ) {
    this.visitor = new Visitor(visitorUrl, false);
  }

  get inFlight(): number {
    return this.waiting.size;
  }

  /** Sends one request now, and does not wait. @param tunnelId the name under which the tunnel is reached */
  send(arrival: Arrival, tunnelId: string): void {
    const visiting = this.visit(arrival, tunnelId);
    this.waiting.add(visiting);
    void visiting.then(() => this.waiting.delete(visiting));
  }

  /** Resolves when every visitor has an answer, or has given up. */
  async ended(): Promise<void> {
    await Promise.all(this.waiting);
  }

  close(): void {
    this.visitor.close();
  }

  private async visit(arrival: Arrival, tunnelId: string): Promise<void> {
    if (isStreamArrival(arrival)) return this.record(await visitStream(this.streamUrl, arrival, tunnelId, STREAM_PATIENCE_MS));
    const { index, nonce, tunnel, uploadBytes, downloadBytes, serviceMs, manner, leavesAfterMs } = arrival;
    const path = `/${tunnelId}${pathFor(nonce, serviceMs, downloadBytes)}&up=${uploadBytes}&manner=${manner}`;
    const body = uploadBytes === 0 ? undefined : Buffer.from(textFor(nonce, uploadBytes));
    const away = new AbortController();
    const over = new AbortController();
    void sleep(leavesAfterMs ?? PATIENCE_MS, undefined, { signal: over.signal }).then(
      () => away.abort(),
      () => undefined,
    );
    const sentAt = Date.now();
    const reply = await this.visitor.ask(path, body, away.signal);
    const endedAt = Date.now();
    over.abort();
    const gone = leavesAfterMs === undefined ? ({ kind: 'silence' } as const) : ({ kind: 'left' } as const);
    const end = away.signal.aborted && reply.failure !== undefined ? gone : endOf(arrival, reply);
    const requestId = reply.headers['x-tunnel-request-id'];
    this.record({ nonce, index, tunnel: tunnel.name, sentAt, endedAt, end, ...(typeof requestId === 'string' && { requestId }) });
  }
}
