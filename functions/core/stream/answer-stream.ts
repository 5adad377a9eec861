import { MAX_PARTS_AHEAD, type CloudMessage, type PartsTakenMessage, type StreamTerms } from '../../../protocol';
import { OVER, type Clock } from '../clock';
import { Mailbox } from '../mailbox';
import type { PendingRequest } from '../pending-request';
import { TunnelError } from '../tunnel-error';
import type { Wake, WakeSubscription } from '../wake';
import { Bell } from './bell';
import { EventStreamPosition, HEARTBEAT, isEventStream } from './event-stream';
import { PartOrder } from './part-order';
import type { StreamHead, StreamNews } from './stream-part';
import { StreamCutError, type CutReason, type StreamSettings } from './stream-settings';

export interface AnswerStreamOptions {
  /** Its deadline is when the stream is cut. */
  readonly request: PendingRequest;
  readonly settings: StreamSettings;
  readonly subscription: WakeSubscription;
  readonly ticket: string;
  /** Seals a ticket with the waiter's connection of now; undefined while no key is known. Never rejects. */
  readonly newTicket: () => Promise<string | undefined>;
  /** Sends to the agent, wherever it is connected now. Never rejects. */
  readonly tell: (message: CloudMessage) => Promise<void>;
  readonly clock: Clock;
}

/** Time for parts that have overtaken one another, in ms: a function's cold start takes longer, but is rare. */
const OVERTAKING_MS = 200;
/** The window is granted anew when this share of it has been taken. */
const GRANT_SHARE = 1 / 4;
/** The waiter speaks so many times within the silence after which the agent gives up. */
const SIGNS_IN_SILENCE = 3;
/**
 * Unanswered questions after which the waiter doubts its own socket. While the visitor has bytes to take, there are only two questions before the
 * stream is given up, so that the second one must find a dead socket.
 */
const DOUBT_AFTER = 1;

/**
 * An answer that comes as a stream, at the waiter. It orders the parts, asks for those that are missing, and tells the agent how much the
 * visitor has taken. Memory: the window, and `MAX_PARTS_AHEAD` parts.
 *
 * Both ends give signs of life: the agent when it is asked, the waiter by `parts_taken`. The waiter's socket may be lost in mid-stream; another
 * one is then opened, and the agent gets another ticket.
 */
export class AnswerStream implements AsyncIterable<Uint8Array> {
  /** The wakes that are not about the stream: the agent may answer whole. */
  readonly others = new Mailbox<Wake>();
  /** Resolves when the head is here. */
  readonly begun: Promise<StreamHead>;
  /** Rejects with a TunnelError when no head can come any more. Never resolves. */
  readonly lost: Promise<never>;

  private readonly order: PartOrder;
  private readonly over = new AbortController();
  private readonly cutting = new AbortController();
  private readonly arrival = new Bell();
  /** Wakes the watch before its time. */
  private readonly change = new Bell();
  private begin!: (head: StreamHead) => void;
  private currentTicket: string;
  /** The ticket names a connection of the waiter that is lost. */
  private isTicketOld = false;
  private heardAt: number;
  private toldAt: number;
  /** Questions since the last sign of life. */
  private asked = 0;
  private grantedBytes: number;
  private grantedParts = 0;
  private visitorBusySince: number | undefined;
  private isMending = false;
  private isTelling = false;
  private unsaid: Pick<PartsTakenMessage, 'missing' | 'asks'> | undefined;

  constructor(private readonly options: AnswerStreamOptions) {
    const { settings, clock } = options;
    this.order = new PartOrder(settings.windowBytes);
    this.currentTicket = options.ticket;
    this.heardAt = this.toldAt = clock.now();
    this.grantedBytes = settings.windowBytes;
    this.begun = new Promise((resolve) => (this.begin = resolve));
    this.lost = new Promise((_, reject) => this.cut.addEventListener('abort', () => reject(new TunnelError('agent_away'))));
    this.lost.catch(() => undefined);
    void this.listen();
    void this.watch();
  }

  get request(): PendingRequest {
    return this.options.request;
  }

  /** The ticket that the agent has to return with each part. */
  get ticket(): string {
    return this.currentTicket;
  }

  /** What the request says about the stream. */
  get terms(): StreamTerms {
    const { windowBytes, chunkBytes, gatherMs, silenceMs } = this.options.settings;
    return { window: windowBytes, chunk: chunkBytes, gather_ms: gatherMs, silence_ms: silenceMs };
  }

  /** Aborted with a StreamCutError when the visitor's connection has to be reset. */
  get cut(): AbortSignal {
    return this.cutting.signal;
  }

  /** How the agent is asked for a sign of life, or for the answer that it has sent already. */
  get question(): PartsTakenMessage {
    return this.message({ asks: true });
  }

  /**
   * The body, as its bytes come. The next bytes are asked for when the visitor has taken those before.
   * @throws StreamCutError
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { clock, settings } = this.options;
    const { headers } = await this.begun;
    const position = isEventStream(headers) ? new EventStreamPosition() : undefined;
    let writtenAt = clock.now();
    for (;;) {
      this.cut.throwIfAborted();
      const piece = this.order.take();
      this.grant();
      if (piece) {
        position?.pass(piece);
        yield* this.handed(piece);
        writtenAt = clock.now();
      } else if (this.order.end === 'whole') {
        return;
      } else if (this.order.end) {
        this.cutOff(this.order.end);
      } else {
        const untilHeartbeat = writtenAt + settings.heartbeatMs - clock.now();
        if (untilHeartbeat > 0) await this.arrival.wait(clock, untilHeartbeat);
        else {
          if (position?.isBetweenEvents) yield* this.handed(HEARTBEAT);
          writtenAt = clock.now();
        }
      }
    }
  }

  /** The visitor has gone, or cannot be written to any more. */
  visitorLeft(): void {
    this.cutOff('left');
  }

  /** Why the stream was cut; undefined if it has come to its end, or goes on. */
  get cutReason(): CutReason | undefined {
    return this.cut.aborted ? (this.cut.reason as StreamCutError).reason : undefined;
  }

  /** Ends the stream where the agent need not be told. */
  end(): void {
    this.over.abort(OVER);
    this.change.ring();
  }

  /** Ends the stream when all of it was taken, or nothing of it is wanted any more. The agent is told. */
  async close(): Promise<void> {
    if (this.over.signal.aborted) return;
    this.end();
    // Without a last word the agent keeps the last parts for a while, and doubts its connection.
    if (this.order.end === 'whole') await this.options.tell(this.message({}));
    else if (this.order.end !== 'failed')
      await this.options.tell({ type: 'request_cancelled', request_id: this.options.request.requestId });
  }

  // --- from the agent

  private async listen(): Promise<void> {
    const { subscription, request } = this.options;
    while (!this.over.signal.aborted) {
      const wake = await subscription.inbox.next();
      if (wake.requestId !== request.requestId) continue;
      if (wake.news) this.hear(wake.news);
      else this.others.deliver(wake);
    }
  }

  private hear(news: StreamNews): void {
    this.heardAt = this.options.clock.now();
    this.asked = 0;
    if (news.kind === 'alive') {
      const missing = this.order.missing(news.number);
      if (missing.length > 0) this.say({ missing });
      return;
    }
    const isFirst = !this.order.head;
    if (this.order.add(news) === 'beyond') return this.cutOff('beyond');
    if (isFirst && this.order.head) {
      this.begin(this.order.head);
      this.change.ring();
    }
    if (this.order.hasGap) void this.mendGap();
    this.arrival.ring();
  }

  /** Asks for missing parts, once later parts have had the time to be overtaken. */
  private async mendGap(): Promise<void> {
    if (this.isMending) return;
    this.isMending = true;
    const { clock, settings } = this.options;
    for (let ms = OVERTAKING_MS; this.order.hasGap && !this.over.signal.aborted; ms = Math.min(ms * 2, settings.probeMs)) {
      const [first] = this.order.missing();
      await clock.sleep(ms, this.over.signal);
      const missing = this.order.missing();
      if (missing[0] === first && this.order.hasGap) this.say({ missing });
    }
    this.isMending = false;
  }

  // --- to the agent

  /** Tells the agent how far the visitor is, when that is worth a message. */
  private grant(): void {
    const { windowBytes } = this.options.settings;
    const newBytes = this.order.takenBytes + windowBytes - this.grantedBytes;
    const newParts = this.order.takenParts - this.grantedParts;
    if (newBytes >= windowBytes * GRANT_SHARE || newParts >= MAX_PARTS_AHEAD * GRANT_SHARE) this.say({});
  }

  /** Messages that come together while one is on its way are sent as one. */
  private say(more: Pick<PartsTakenMessage, 'missing' | 'asks'>): void {
    this.unsaid = { ...this.unsaid, ...more };
    if (!this.isTelling) void this.sayAll();
  }

  private async sayAll(): Promise<void> {
    this.isTelling = true;
    while (this.unsaid && !this.over.signal.aborted) {
      const more = this.unsaid;
      this.unsaid = undefined;
      this.toldAt = this.options.clock.now();
      const message = this.message(more);
      this.grantedBytes = message.until;
      this.grantedParts = message.number;
      await this.options.tell(message);
    }
    this.isTelling = false;
  }

  private message(more: Pick<PartsTakenMessage, 'missing' | 'asks'>): PartsTakenMessage {
    return {
      type: 'parts_taken',
      request_id: this.options.request.requestId,
      number: this.order.takenParts,
      until: this.order.takenBytes + this.options.settings.windowBytes,
      ticket: this.currentTicket,
      ...more,
    };
  }

  // --- the watch over agent, visitor and socket

  /** Until the head is here, the caller asks the agent (`question`) and minds the deadline. */
  private async watch(): Promise<void> {
    const { clock, settings } = this.options;
    const { deadline } = this.request;
    void this.replaceLostSocket();
    for (;;) {
      const due = this.order.head ? Math.min(deadline, this.goneAt, this.stalledAt, this.questionAt, this.signAt) : this.goneAt;
      // What the visitor takes can bring the next time forward.
      await this.change.wait(clock, Math.min(Math.max(0, due - clock.now()), settings.probeMs));
      if (this.over.signal.aborted) return;
      const now = clock.now();
      if (now >= this.goneAt) return this.cutOff('idle');
      if (!this.order.head) continue;
      if (now >= deadline) return this.cutOff('late');
      if (now >= this.stalledAt) return this.cutOff('slow');
      if (now >= this.questionAt) await this.ask();
      else if (now >= this.signAt) this.say({});
    }
  }

  private async ask(): Promise<void> {
    this.asked += 1;
    if (this.asked > DOUBT_AFTER && (await this.options.subscription.renew())) this.isTicketOld = true;
    if (this.isTicketOld) await this.changeTicket();
    this.say({ asks: true });
  }

  /** When the agent counts as gone. */
  private get goneAt(): number {
    return this.heardAt + this.options.settings.silenceMs;
  }

  /** When the visitor has taken nothing for too long. */
  private get stalledAt(): number {
    return this.visitorBusySince === undefined ? Infinity : this.visitorBusySince + this.options.settings.stallMs;
  }

  /** Longest time without a word to the agent, in ms. */
  private get keepMs(): number {
    return this.options.settings.silenceMs / SIGNS_IN_SILENCE;
  }

  /** When the agent is told that the waiter is still there. */
  private get signAt(): number {
    return this.toldAt + this.keepMs;
  }

  /** When the agent is asked: after growing pauses. While the visitor has bytes to take, the agent may be silent. */
  private get questionAt(): number {
    const firstMs = this.visitorBusySince === undefined ? this.options.settings.probeMs : this.keepMs;
    let at = this.heardAt;
    for (let turn = 0; turn <= this.asked; turn += 1) at += Math.min(firstMs * 2 ** turn, this.keepMs);
    return at;
  }

  private async replaceLostSocket(): Promise<void> {
    const { subscription, clock, settings } = this.options;
    for (;;) {
      await subscription.lost();
      if (this.over.signal.aborted) return;
      while (!(await subscription.renew())) {
        await clock.sleep(settings.probeMs, this.over.signal);
        if (this.over.signal.aborted) return;
      }
      this.isTicketOld = true;
      await this.changeTicket();
      this.say({ asks: true });
    }
  }

  /** While no key is known, the next question tries again. */
  private async changeTicket(): Promise<void> {
    const ticket = await this.options.newTicket();
    if (ticket === undefined) return;
    this.currentTicket = ticket;
    this.isTicketOld = false;
  }

  private async *handed(piece: Uint8Array): AsyncGenerator<Uint8Array> {
    this.visitorBusySince = this.options.clock.now();
    yield piece;
    this.visitorBusySince = undefined;
  }

  private cutOff(reason: CutReason): void {
    if (!this.cut.aborted) this.cutting.abort(new StreamCutError(reason));
    this.arrival.ring();
  }
}
