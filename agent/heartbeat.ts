export interface HeartbeatOptions {
  /** Time between pings, in ms. API Gateway closes a connection after 10 minutes without a message. */
  readonly intervalMs: number;
  /** Time after a ping within which any message must come, in ms. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly ping: () => void;
  /** Called when nothing came after a ping: the other end is gone. */
  readonly dead: () => void;
}

/**
 * Keeps a connection from its idle timeout, and notices when the other end is gone. Pings are data messages, because AWS does not document
 * whether a WebSocket ping frame resets API Gateway's idle timer.
 *
 * Compares the wall clock often, because timers stand still while a laptop sleeps. After the sleep, the connection is pinged at once and
 * not minutes later.
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
