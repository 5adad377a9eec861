import { setTimeout as sleep } from 'node:timers/promises';
import { TimeHistogram } from '../histogram';

/** A stream of events, as a visitor asks for it. */
export interface EventPlan {
  readonly count: number;
  /** Time from one event to the next, in ms. */
  readonly everyMs: number;
  /** Size of each event. */
  readonly bytes: number;
  /** How long the stream stays open after its last event, in ms. */
  readonly holdMs?: number;
}

/** Path and query that ask the local service for a stream of events. */
export const eventsPath = ({ count, everyMs, bytes, holdMs = 0 }: EventPlan): string =>
  `/events?count=${count}&every=${everyMs}&bytes=${bytes}&hold=${holdMs}`;

export const isEventsUri = (uri: string): boolean => uri.startsWith('/events?');

/** One event. It says when it was sent, because the service and the visitor are in one process and have one clock. */
export function eventText(number: number, sentAt: number, bytes: number): string {
  const start = `id: ${number}\ndata: ${sentAt.toFixed(3)} `;
  return `${start.padEnd(bytes - 2, '.')}\n\n`;
}

/** The events of a URI of `eventsPath`, each at its time. @param signal ends them at once, without an error */
export async function* eventsOf(uri: string, signal?: AbortSignal): AsyncGenerator<string> {
  const of = (name: string): number => Number(new URLSearchParams(uri.slice(uri.indexOf('?'))).get(name));
  const [count, everyMs, bytes, holdMs] = [of('count'), of('every'), of('bytes'), of('hold')];
  const beganAt = performance.now();
  try {
    for (let number = 0; number < count; number += 1) {
      const waitMs = beganAt + number * everyMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
      yield eventText(number, performance.now(), bytes);
    }
    if (holdMs > 0) await sleep(holdMs, undefined, { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

export interface StampedEvent {
  readonly number: number;
  readonly sentAt: number;
}

/** Finds the events in the bytes that a visitor gets, however these are cut into pieces. Comments are left out. */
export class EventParser {
  private rest = '';

  /** @returns the events that are complete with this piece */
  add(piece: string): StampedEvent[] {
    const blocks = (this.rest + piece).split('\n\n');
    this.rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const [, number, sentAt] = /^id: (\d+)\ndata: ([\d.]+) /.exec(block) ?? [];
      return number === undefined ? [] : [{ number: Number(number), sentAt: Number(sentAt) }];
    });
  }
}

/** Counts what went wrong with the events of one stream. */
export class EventTally {
  private readonly seen = new Set<number>();
  private highest = -1;
  private doubledEvents = 0;
  private reorderedEvents = 0;

  /** @param expected how many events the service sends */
  constructor(private readonly expected: number) {}

  add(number: number): void {
    if (this.seen.has(number)) this.doubledEvents += 1;
    else if (number < this.highest) this.reorderedEvents += 1;
    this.seen.add(number);
    this.highest = Math.max(this.highest, number);
  }

  get defects(): EventDefects {
    return { lost: this.expected - this.seen.size, reordered: this.reorderedEvents, doubled: this.doubledEvents };
  }
}

export interface EventDefects {
  readonly lost: number;
  readonly reordered: number;
  readonly doubled: number;
}

export const defectsOf = ({ lost, reordered, doubled }: EventDefects): number => lost + reordered + doubled;

/** What visitors saw of one kind of event streams. */
export class EventFigures {
  /** From the service's write to the visitor's read, without the first event of a stream: that one waits for the request's own way. */
  readonly delays = new TimeHistogram();
  /** From one read with bytes to the next. */
  readonly gaps = new TimeHistogram();
  streams = 0;
  /** Streams that did not come to their end, or were not answered with 200. */
  failed = 0;
  events = 0;
  private total: EventDefects = { lost: 0, reordered: 0, doubled: 0 };

  get defects(): EventDefects {
    return this.total;
  }

  addDefects({ lost, reordered, doubled }: EventDefects): void {
    const { total } = this;
    this.total = { lost: total.lost + lost, reordered: total.reordered + reordered, doubled: total.doubled + doubled };
  }
}
