/** A request of any tunnel. No hostile agent would know the requests of others; the lab tells its own hostile agent. */
export interface StolenRequest {
  readonly requestId: string;
  /** Its sealed ticket, if it has one. */
  readonly ticket?: string;
}

/** So many requests that wait are kept, the newest: an older one has probably ended without an answer. */
const WAITING = 20;
/** So many requests that are over are kept, the newest. */
const ENDED = 200;

/** The requests that the lab has seen, for its hostile agent. */
export class StolenRequests {
  private readonly begun = new Map<string, StolenRequest>();
  private readonly ended: StolenRequest[] = [];

  constructor(private readonly random: () => number) {}

  /** A request waits now. Its ticket may become known later, or earlier, than its row. */
  begin(request: StolenRequest): void {
    this.begun.set(request.requestId, { ...this.begun.get(request.requestId), ...request });
    const [oldest] = this.begun.keys();
    if (oldest !== undefined && this.begun.size > WAITING) this.begun.delete(oldest);
  }

  /** A request waits no more. */
  end(requestId: string): void {
    const request = this.begun.get(requestId);
    if (!request) return;
    this.begun.delete(requestId);
    this.ended.push(request);
    if (this.ended.length > ENDED) this.ended.shift();
  }

  /** A request that waits now. */
  waiting(): StolenRequest | undefined {
    return this.oneOf([...this.begun.values()]);
  }

  /** A request that is over. */
  over(): StolenRequest | undefined {
    return this.oneOf(this.ended);
  }

  private oneOf(requests: readonly StolenRequest[]): StolenRequest | undefined {
    return requests[Math.floor(this.random() * requests.length)];
  }
}
