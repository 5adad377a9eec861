import { randomExponential } from 'd3-random';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathFor } from '../bench/bench-service';
import type { Timeline } from '../bench/timeline';
import { Visitor, type VisitorReply } from '../bench/visitor';
import { generator } from '../emulator/latency/latency-profile';

export interface VisitorsOptions {
  readonly url: string;
  readonly tunnel: string;
  /** Arrivals a second. */
  readonly rate: number;
  /** Time that the agent's local service takes, in ms. */
  readonly agentMs: number;
  readonly seed: number;
  /** Knows which requests the agent has answered. */
  readonly timeline: Pick<Timeline, 'of'>;
}

/** What visitors have seen so far. */
export interface Seen {
  readonly asked: number;
  readonly answered: number;
  /** Requests without an answer, or with another status than the local service's own. */
  readonly errors: number;
  /** The number of errors by status and code. */
  readonly errorKinds: Readonly<Record<string, number>>;
  /** Requests that the agent answered, but whose visitor did not get the answer. */
  readonly lost: number;
}

/**
 * Agent times of the warm-up rounds, in ms. The slow rounds start the environments. The quick rounds open the environments' wake sockets:
 * each socket needs an event-driven request. Without the warm-up, cold environments would look like a fault.
 */
const WARM_UP_ROUNDS_MS = [700, 300, ...Array<number>(12).fill(60)];

/** Agent time of a round before them, if visitors of other tenants wait for seconds: so many environments must wait at the same time. */
const OTHERS_MS = 2500;

/** Time of a request with an agent of 50 ms, in ms. */
const WARM_RESPONSE_MS = 170;

/** Visitors in an open model: arrivals are a Poisson process, and no visitor waits for the answer to an earlier request. */
export class Visitors {
  private readonly visitor: Visitor;
  private readonly waiting = new Set<Promise<void>>();
  private readonly counts = { asked: 0, answered: 0, errors: 0, lost: 0 };
  private readonly kinds: Record<string, number> = {};
  private readonly stopping = new AbortController();

  constructor(private readonly options: VisitorsOptions) {
    this.visitor = new Visitor(options.url, false);
  }

  /**
   * Starts as many environments of every function on the way as are needed at once.
   * @param others requests in flight of other tenants' visitors
   * @param signal stops it between two rounds
   */
  async warmUp(signal: AbortSignal, others = 0): Promise<void> {
    const inFlight = (this.options.rate * WARM_RESPONSE_MS) / 1000;
    // Arrivals are Poisson: the mean and four standard deviations.
    const concurrency = Math.ceil(inFlight + 4 * Math.sqrt(inFlight) + others);
    for (const [round, ms] of [...(others > 0 ? [OTHERS_MS] : []), ...WARM_UP_ROUNDS_MS].entries()) {
      signal.throwIfAborted();
      const nonces = Array.from({ length: concurrency }, (_, i) => `warm-${round}-${i}`);
      await Promise.all(nonces.map((nonce) => this.visitor.ask(`/${this.options.tunnel}${pathFor(nonce, ms)}`)));
    }
  }

  /** Lets visitors come one after the other, until `stop` is called. */
  start(): void {
    void this.arrive();
  }

  get seen(): Seen {
    return { ...this.counts, errorKinds: { ...this.kinds } };
  }

  /**
   * Stops the arrivals, and waits for the requests in flight.
   * @param graceMs the longest wait
   * @returns number of requests that still wait after that
   */
  async stop(graceMs: number): Promise<number> {
    this.stopping.abort();
    const gone = new AbortController();
    await Promise.race([Promise.all(this.waiting), sleep(graceMs, undefined, { signal: gone.signal }).catch(() => undefined)]);
    gone.abort();
    return this.waiting.size;
  }

  close(): void {
    this.stopping.abort();
    this.visitor.close();
  }

  private async arrive(): Promise<void> {
    const { rate, seed } = this.options;
    const gapMs = randomExponential.source(generator(seed, 1000))(rate / 1000);
    const { signal } = this.stopping;
    for (let at = performance.now(); !signal.aborted; at += gapMs()) {
      // A visitor who is late comes at once; no visitor is left out.
      await sleep(Math.max(0, at - performance.now()), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) this.send(`visit-${this.counts.asked}`);
    }
  }

  private send(nonce: string): void {
    this.counts.asked++;
    const { tunnel, agentMs } = this.options;
    const asking = this.visitor.ask(`/${tunnel}${pathFor(nonce, agentMs)}`).then((reply) => this.judge(nonce, reply));
    this.waiting.add(asking);
    void asking.then(() => this.waiting.delete(asking));
  }

  private judge(nonce: string, { status, body }: VisitorReply): void {
    this.counts.answered++;
    if (status !== 200) {
      this.counts.errors++;
      const kind = `${status} ${/"code":"(\w+)"/.exec(body)?.[1] ?? body.slice(0, 40)}`.trim();
      this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
    }
    if (this.options.timeline.of(nonce).answeredAt !== undefined && !body.startsWith(`${nonce}.`)) this.counts.lost++;
  }
}
