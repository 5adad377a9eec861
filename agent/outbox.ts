import { encodeMessage, nextQuestionAfter, type AgentMessage } from '../protocol';

export interface OutboxOptions {
  /** Sends a message over the newest connection; false when there is none. */
  readonly send: (text: string) => boolean;
  /** Called when a sent answer is not acknowledged in time, although this cloud sends acknowledgements: the connection may be broken. */
  readonly onSilence: () => void;
  /** First wait before an answer is sent again, in ms; doubles each time. */
  readonly resendMs: number;
  /** How long a message from the cloud may take, in ms. */
  readonly onTheWayMs: number;
  /** A clock that nobody sets, in ms: an answer must not be dropped early because the wall clock was set forward. */
  readonly now: () => number;
  /** Limit of kept answers, in bytes of their encoded messages. Beyond the limit, the oldest answer is dropped. */
  readonly maxBytes?: number;
}

interface Entry {
  text: string;
  /**
   * When the request came, by the clock of the options, if it has a ticket: the cloud then asks for an answer that it has not got. Any other answer is
   * acknowledged.
   */
  readonly requestedAt?: number;
  /** When the visitor stops waiting for the answer, by the clock of the options. */
  readonly expiresAt: number;
  sentTimes: number;
  /** By the clock of the options. */
  sentAt: number;
  /** The cloud has asked for the answer, and there was no connection. */
  isWanted: boolean;
  /** Nobody has asked for the answer in time, so it has probably arrived. It is kept for the case that it has not. */
  isSettled: boolean;
  timer?: NodeJS.Timeout;
}

/** After this many answers without any acknowledgement, the outbox assumes that the cloud does not send acknowledgements. */
const PATIENCE = 3;

/**
 * Sends answers to the cloud reliably. An answer that is acknowledged is kept and sent again until the cloud has stored it, or until the
 * deadline of its request has passed; the cloud ignores duplicates. If a cloud never acknowledges anything, answers are sent only once
 * from the fourth on. An answer with a ticket is kept until the deadline, and sent again only when the cloud asks for it.
 */
export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private readonly waiting = new Set<() => void>();
  private bytes = 0;
  private cloudAcknowledges = false;
  private expired = 0;

  constructor(private readonly options: OutboxOptions) {}

  /** Sends an answer and keeps it. */
  add(requestId: string, text: string, expiresAt: number, requestedAt?: number): void {
    this.forget(requestId);
    const entry: Entry = {
      text,
      expiresAt,
      sentTimes: 0,
      sentAt: -Infinity,
      isWanted: false,
      isSettled: false,
      ...(requestedAt !== undefined && { requestedAt }),
    };
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

  /**
   * Sends an answer again, marked, because its visitor still waits. An answer that is not there yet, or no more, is not sent. An answer that was
   * just sent may have crossed the question: the cloud then acknowledges it within a moment.
   */
  wanted(requestId: string): void {
    const entry = this.entries.get(requestId);
    if (entry?.requestedAt === undefined) return;
    const onItsWayMs = entry.sentAt + this.options.onTheWayMs - this.options.now();
    if (onItsWayMs > 0) {
      clearTimeout(entry.timer);
      entry.timer = setTimeout(() => this.wanted(requestId), onItsWayMs);
      return;
    }
    // The connection may have lost the answer.
    if (entry.sentTimes > 0) this.options.onSilence();
    entry.isWanted = !this.transmit(requestId, entry, marked(entry.text));
  }

  /** Whether an answer is kept. */
  has(requestId: string): boolean {
    return this.entries.has(requestId);
  }

  /** Gives a kept answer the ticket with which the cloud accepts it now. @returns whether the answer had another ticket */
  renewTicket(requestId: string, ticket: string): boolean {
    const entry = this.entries.get(requestId);
    if (!entry) return false;
    const message = JSON.parse(entry.text) as AgentMessage & { readonly ticket?: string };
    if (message.ticket === ticket) return false;
    const text = encodeMessage({ ...message, ticket } as AgentMessage);
    this.bytes += text.length - entry.text.length;
    entry.text = text;
    return true;
  }

  /** Nobody waits for an answer any more. */
  drop(requestId: string): void {
    this.forget(requestId);
  }

  /** Called for a new connection: sends waiting answers, and sends again the answers that the old connection may have lost. */
  flush(): void {
    for (const [requestId, entry] of this.entries) {
      if (entry.isWanted) this.wanted(requestId);
      else if (entry.sentTimes === 0 || (entry.requestedAt === undefined && this.resends)) this.transmit(requestId, entry);
    }
  }

  /** Resolves when nothing waits for an acknowledgement, and nobody has asked for the other answers in time. */
  async empty(): Promise<void> {
    if (!this.isEmpty) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Drops all answers. */
  close(): void {
    for (const requestId of [...this.entries.keys()]) this.forget(requestId);
  }

  private get resends(): boolean {
    return this.cloudAcknowledges || this.expired < PATIENCE;
  }

  private get isEmpty(): boolean {
    return [...this.entries.values()].every(({ isSettled }) => isSettled);
  }

  /** @returns whether there was a connection */
  private transmit(requestId: string, entry: Entry, text = entry.text): boolean {
    const now = this.options.now();
    const isSent = this.options.send(text);
    if (isSent) {
      entry.sentTimes += 1;
      entry.sentAt = now;
      entry.isSettled = false;
    }
    const untilNext =
      entry.requestedAt !== undefined && entry.sentTimes > 0
        ? entry.requestedAt + nextQuestionAfter(now - entry.requestedAt) + this.options.onTheWayMs - now
        : this.options.resendMs * 2 ** Math.max(0, entry.sentTimes - 1);
    const untilExpiry = entry.expiresAt - now;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.overdue(requestId, entry), Math.max(0, Math.min(untilNext, untilExpiry)));
    return isSent;
  }

  private overdue(requestId: string, entry: Entry): void {
    const untilExpiry = entry.expiresAt - this.options.now();
    if (untilExpiry <= 0) {
      if (entry.sentTimes > 0 && entry.requestedAt === undefined) this.expired += 1;
      this.forget(requestId);
    } else if (entry.sentTimes > 0 && entry.requestedAt !== undefined) {
      entry.isSettled = true;
      this.tellIfEmpty();
      entry.timer = setTimeout(() => this.overdue(requestId, entry), untilExpiry);
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
    this.tellIfEmpty();
  }

  private tellIfEmpty(): void {
    if (this.waiting.size === 0 || !this.isEmpty) return;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** The text of an answer, with the mark of an answer that is sent again. */
const marked = (text: string): string => encodeMessage({ ...(JSON.parse(text) as AgentMessage), again: true } as AgentMessage);
