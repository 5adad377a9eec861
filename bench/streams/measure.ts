/** The measurements of one local cloud. Each resolves when its streams have ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AWS_LIMITS } from '../../emulator/limits';
import { TimeHistogram } from '../histogram';
import type { Usage } from '../usage';
import { EventFigures, eventsPath } from './events';
import { EVENT_BYTES, eventsIn, EVERY_MS, FIRST_BYTES, TOKEN_BYTES, TOKEN_MS } from './plan';
import { bytesPath, wholePath } from './stream-service';
import { isWhole, type StreamVisitor } from './stream-visitor';
import type { StreamWorld } from './world';

/** How long a stream stays open after its first event, in ms: an answer that ends at once would go whole. */
const HOLD_MS = 60;
const BLOCK = 10;

export interface FirstByteFigures {
  /** Time to the first byte of a stream through the streaming door. */
  readonly door: TimeHistogram;
  /** Time to the last byte of a whole answer through the HTTP API. */
  readonly httpApi: TimeHistogram;
  readonly failed: number;
  /** Of the whole answers. */
  readonly httpUsage: readonly Usage[];
}

/** Asks both doors in turns. */
export async function firstBytes(world: StreamWorld, visitor: StreamVisitor, count: number): Promise<FirstByteFigures> {
  const [door, httpApi] = [new TimeHistogram(), new TimeHistogram()];
  const httpUsage: Usage[] = [];
  let failed = 0;
  const streamUrl = `${world.door}${eventsPath({ count: 1, everyMs: 0, bytes: FIRST_BYTES, holdMs: HOLD_MS })}`;
  const wholeUrl = `${world.httpApi}${wholePath(FIRST_BYTES)}`;
  for (let done = 0; done < count; done += BLOCK) {
    const block = Math.min(BLOCK, count - done);
    for (let i = 0; i < block; i += 1) {
      world.signal.throwIfAborted();
      const seen = await visitor.read(streamUrl, world.signal);
      if (!isWhole(seen) || seen.bytes !== FIRST_BYTES) failed += 1;
      else door.record((seen.firstAt ?? seen.endedAt) - seen.startedAt);
    }
    const { usage } = await world.metered(async () => {
      for (let i = 0; i < block; i += 1) {
        const seen = await visitor.read(wholeUrl, world.signal);
        if (!isWhole(seen) || seen.bytes !== FIRST_BYTES) failed += 1;
        else httpApi.record(seen.endedAt - seen.startedAt);
      }
    });
    httpUsage.push(usage);
  }
  return { door, httpApi, failed, httpUsage };
}

/** One stream of events. @param base of the address; the path follows */
export const oneStream = (
  base: string,
  visitor: StreamVisitor,
  events: number,
  figures: EventFigures,
  signal: AbortSignal,
): Promise<void> => visitor.readEvents(base, { count: events, everyMs: EVERY_MS, bytes: EVENT_BYTES }, figures, signal);

/** Many streams of events at once. They begin one after the other, so that their events do not come in the same moment. */
export async function atOnce(
  world: StreamWorld,
  visitor: StreamVisitor,
  streams: number,
  seconds: number,
): Promise<{ readonly figures: EventFigures; readonly usage: Usage }> {
  const figures = new EventFigures();
  await world.warm({ 'stream-request': streams });
  const one = async (i: number): Promise<void> => {
    await sleep((i * EVERY_MS) / streams);
    await oneStream(world.door, visitor, eventsIn(seconds), figures, world.signal);
  };
  const { usage } = await world.metered(() => Promise.all(Array.from({ length: streams }, (_, i) => one(i))), streams);
  return { figures, usage };
}

/** A token stream, as a language model makes it. */
export async function tokenStream(
  world: StreamWorld,
  visitor: StreamVisitor,
  tokens: number,
): Promise<{ readonly figures: EventFigures; readonly usage: Usage }> {
  const figures = new EventFigures();
  const { usage } = await world.metered(() =>
    visitor.readEvents(world.door, { count: tokens, everyMs: TOKEN_MS, bytes: TOKEN_BYTES }, figures, world.signal),
  );
  return { figures, usage };
}

/** A stream with one event, and then silence. */
export async function idleStream(
  world: StreamWorld,
  visitor: StreamVisitor,
  seconds: number,
): Promise<{ readonly failed: number; readonly usage: Usage }> {
  const url = `${world.door}${eventsPath({ count: 1, everyMs: 0, bytes: EVENT_BYTES, holdMs: seconds * 1000 })}`;
  const { result, usage } = await world.metered(() => visitor.read(url, world.signal));
  return { failed: isWhole(result) ? 0 : 1, usage };
}

export interface Throughput {
  readonly bytes: number;
  readonly failed: number;
  /** Bytes a second that the visitor got, from the first byte to the last one. */
  readonly perSecond: number;
  /** The same for the bytes that Lambda does not slow down, and for those after them; undefined where there were none. */
  readonly firstPerSecond: number | undefined;
  readonly laterPerSecond: number | undefined;
  readonly usage: Usage;
}

/** A body of bytes. @param perSecond undefined: as fast as it can */
export async function throughput(world: StreamWorld, visitor: StreamVisitor, bytes: number, perSecond?: number): Promise<Throughput> {
  const marks: Mark[] = [];
  let read = 0;
  const { result, usage } = await world.metered(() =>
    visitor.read(`${world.door}${bytesPath({ bytes, ...(perSecond !== undefined && { perSecond }) })}`, world.signal, (piece, at) => {
      read += piece.length;
      marks.push({ bytes: read, at });
    }),
  );
  return { bytes: read, failed: isWhole(result) && read === bytes ? 0 : 1, usage, ...ratesOf(marks, AWS_LIMITS.lambda.streamedBurstBytes) };
}

/** How many bytes had been read at a time, in ms. */
export interface Mark {
  readonly bytes: number;
  readonly at: number;
}

/** Rates between the first mark and the last one, and before and after `burst` bytes. */
export function ratesOf(marks: readonly Mark[], burst: number): Pick<Throughput, 'perSecond' | 'firstPerSecond' | 'laterPerSecond'> {
  const turn = marks.findIndex(({ bytes }) => bytes >= burst);
  return {
    perSecond: rate(marks[0], marks.at(-1)) ?? 0,
    firstPerSecond: turn > 0 ? rate(marks[0], marks[turn]) : undefined,
    laterPerSecond: turn > 0 ? rate(marks[turn], marks.at(-1)) : undefined,
  };
}

const rate = (from: Mark | undefined, to: Mark | undefined): number | undefined =>
  from && to && to.at > from.at ? ((to.bytes - from.bytes) / (to.at - from.at)) * 1000 : undefined;
