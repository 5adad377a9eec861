export interface HeartbeatOptions {
  /** Time between pings, in ms. API Gateway closes a connection after 10 minutes without a message. */
  readonly intervalMs: number;
  /** How long after a ping any message must have come, in ms. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly ping: () => void;
  /** Nothing came after a ping: the other end is gone. */
  readonly dead: () => void;
}

/**
 * Keeps a connection from idling out and notices when its other end is gone. Pings are data messages: whether
 * a WebSocket ping frame resets API Gateway's idle timer is undocumented.
 *
 * Time is the wall clock's, looked at often: after a laptop has slept, timers have stood still, and the
 * connection is pinged at once and not minutes later.
 */
export class Heartbeat {
  private readonly timer: NodeJS.Timeout;
  private pingedAt: number;
  private unanswered = false;

  constructor(private readonly options: HeartbeatOptions) {
    this.pingedAt = options.now();
    this.timer = setInterval(() => this.look(), Math.min(options.intervalMs, options.timeoutMs) / 4);
  }

  /** A message came. */
  heard(): void {
    this.unanswered = false;
  }

  /** Pings now, because there is reason to doubt the connection. */
  probe(): void {
    if (this.unanswered) return;
    this.pingedAt = this.options.now();
    this.unanswered = true;
    this.options.ping();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const elapsedMs = this.options.now() - this.pingedAt;
    if (this.unanswered) {
      if (elapsedMs >= this.options.timeoutMs) this.options.dead();
    } else if (elapsedMs >= this.options.intervalMs) this.probe();
  }
}
