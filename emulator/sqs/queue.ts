/** One standard queue (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html). */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { QueueMessage } from '../services';

/** Greatest number of messages, to save memory; the oldest messages are dropped. AWS would keep messages for days. */
const MAX_MESSAGES = 10_000;

export interface ReceivedMessage extends QueueMessage {
  readonly receiptHandle: string;
  readonly receiveCount: number;
  /** In ms since the epoch. */
  readonly firstReceivedAt: number;
}

interface Stored {
  readonly message: QueueMessage;
  /** Nobody can receive the message before this time, in ms since the epoch. */
  visibleAt: number;
  receiptHandle?: string;
  receiveCount: number;
  firstReceivedAt?: number;
}

/** Events of messages. `received` has the number of messages; `sent` and `deleted` are about one message. */
export interface QueueEvents {
  sent: [];
  received: [messages: number];
  deleted: [];
}

export interface ReceiveOptions {
  readonly maxMessages: number;
  readonly visibilityTimeoutMs: number;
  /** Longest time to wait for a first message. */
  readonly waitMs: number;
}

export class Queue {
  readonly events = new EventEmitter<QueueEvents>();
  private stored: Stored[] = [];
  private readonly changes = new EventEmitter<{ arrival: [] }>().setMaxListeners(0);

  /** @param clock the current time in ms since the epoch */
  constructor(private readonly clock: () => number) {}

  send(body: string, attributes: Readonly<Record<string, string>>, delayMs = 0): QueueMessage {
    const sentAt = this.clock();
    const message = { messageId: randomUUID(), body, attributes, sentAt };
    this.stored.push({ message, visibleAt: sentAt + delayMs, receiveCount: 0 });
    if (this.stored.length > MAX_MESSAGES) this.stored.shift();
    this.changes.emit('arrival');
    this.events.emit('sent');
    return message;
  }

  /** Received messages stay in the queue, invisible to other receivers until the visibility timeout ends or they are deleted. */
  async receive({ maxMessages, visibilityTimeoutMs, waitMs }: ReceiveOptions): Promise<ReceivedMessage[]> {
    const deadline = this.clock() + waitMs;
    for (;;) {
      const now = this.clock();
      const visible = this.stored.filter(({ visibleAt }) => visibleAt <= now).slice(0, maxMessages);
      if (visible.length > 0) {
        this.events.emit('received', visible.length);
        return visible.map((stored) => hide(stored, now, visibilityTimeoutMs));
      }
      if (now >= deadline) return [];
      const nextVisible = Math.min(deadline, ...this.stored.map(({ visibleAt }) => visibleAt));
      await this.arrivalOr(nextVisible - now);
    }
  }

  /** Deletes a message. Only the receipt handle of its latest receive works; any other handle changes nothing, as on AWS. */
  delete(receiptHandle: string): void {
    const kept = this.stored.filter((stored) => stored.receiptHandle !== receiptHandle);
    if (kept.length < this.stored.length) this.events.emit('deleted');
    this.stored = kept;
  }

  purge(): void {
    this.stored = [];
  }

  /** All messages that are not deleted, including messages in flight, oldest first. */
  messages(): QueueMessage[] {
    return this.stored.map(({ message }) => message);
  }

  counts(): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const hidden = this.stored.filter(({ visibleAt }) => visibleAt > this.clock());
    const inFlight = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
    return { visible: this.stored.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  private arrivalOr(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.changes.off('arrival', done);
        resolve();
      };
      const timer = setTimeout(done, afterMs).unref();
      this.changes.once('arrival', done);
    });
  }
}

function hide(stored: Stored, now: number, visibilityTimeoutMs: number): ReceivedMessage {
  const receiptHandle = randomUUID();
  const firstReceivedAt = stored.firstReceivedAt ?? now;
  const receiveCount = stored.receiveCount + 1;
  Object.assign(stored, {
    visibleAt: now + visibilityTimeoutMs,
    receiptHandle,
    receiveCount,
    firstReceivedAt,
  });
  return { ...stored.message, receiptHandle, receiveCount, firstReceivedAt };
}
