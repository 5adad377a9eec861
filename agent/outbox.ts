export interface OutboxOptions {
  /** Sends a message over the newest connection; false when there is none. */
  readonly send: (text: string) => boolean;
  /** Called when a sent answer is not acknowledged in time, although this cloud sends acknowledgements: the connection may be broken. */
  readonly onSilence: () => void;
  /** First wait before an answer is sent again, in ms; doubles each time. */
  readonly resendMs: number;
  readonly now: () => number;
  /** Limit of kept answers, in bytes of their encoded messages. Beyond the limit, the oldest answer is dropped. */
  readonly maxBytes?: number;
}

interface Entry {
  readonly text: string;
  /** When the visitor stops waiting for the answer, in ms since the epoch. */
  readonly expiresAt: number;
  sentTimes: number;
  timer?: NodeJS.Timeout;
}

/** After this many answers without any acknowledgement, the outbox assumes that the cloud does not send acknowledgements. */
const PATIENCE = 3;

/**
 * Sends answers to the cloud reliably. Each answer is kept and sent again until the cloud has acknowledged it (the cloud has stored it) or
 * the deadline of its request has passed; the cloud ignores duplicates. If a cloud never acknowledges anything, answers are sent only once
 * from the fourth on.
 */
export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private readonly waiting = new Set<() => void>();
  private bytes = 0;
  private cloudAcknowledges = false;
  private expired = 0;

  constructor(private readonly options: OutboxOptions) {}

  /** Sends an answer and keeps it. */
  add(requestId: string, text: string, expiresAt: number): void {
    this.forget(requestId);
    const entry: Entry = { text, expiresAt, sentTimes: 0 };
    this.entries.set(requestId, entry);
    this.bytes += text.length;
    this.makeRoom(requestId);
    this.transmit(requestId, entry);
  }

  /** The cloud has stored the answer. */
  acknowledge(requestId: string): void {
    this.cloudAcknowledges = true;
    this.forget(requestId);
  }

  /** Sends a kept answer again, because its request came a second time. */
  resend(requestId: string): void {
    const entry = this.entries.get(requestId);
    if (entry) this.transmit(requestId, entry);
  }

  /** Called for a new connection: sends waiting answers, and sends again the answers that the old connection may have lost. */
  flush(): void {
    for (const [requestId, entry] of this.entries) {
      if (entry.sentTimes === 0 || this.resends) this.transmit(requestId, entry);
    }
  }

  /** Resolves when nothing waits for an acknowledgement. */
  async empty(): Promise<void> {
    if (this.entries.size > 0) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Drops all answers. */
  close(): void {
    for (const requestId of [...this.entries.keys()]) this.forget(requestId);
  }

  private get resends(): boolean {
    return this.cloudAcknowledges || this.expired < PATIENCE;
  }

  private transmit(requestId: string, entry: Entry): void {
    if (this.options.send(entry.text)) entry.sentTimes += 1;
    const untilResend = this.options.resendMs * 2 ** Math.max(0, entry.sentTimes - 1);
    const untilExpiry = entry.expiresAt - this.options.now();
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.overdue(requestId, entry), Math.max(0, Math.min(untilResend, untilExpiry)));
  }

  private overdue(requestId: string, entry: Entry): void {
    const untilExpiry = entry.expiresAt - this.options.now();
    if (untilExpiry <= 0) {
      if (entry.sentTimes > 0) this.expired += 1;
      this.forget(requestId);
    } else if (entry.sentTimes > 0 && !this.resends) {
      entry.timer = setTimeout(() => this.overdue(requestId, entry), untilExpiry);
    } else {
      if (entry.sentTimes > 0 && this.cloudAcknowledges) this.options.onSilence();
      this.transmit(requestId, entry);
    }
  }

  private makeRoom(newest: string): void {
    const { maxBytes = 32 * 1024 * 1024 } = this.options;
    for (const requestId of this.entries.keys()) {
      if (this.bytes <= maxBytes || requestId === newest) return;
      this.forget(requestId);
    }
  }

  private forget(requestId: string): void {
    const entry = this.entries.get(requestId);
    if (!entry) return;
    clearTimeout(entry.timer);
    this.entries.delete(requestId);
    this.bytes -= entry.text.length;
    if (this.entries.size > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
