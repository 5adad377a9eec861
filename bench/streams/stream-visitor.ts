import http from 'node:http';
import type { EventFigures } from './events';
import { EventParser, EventTally, eventsPath, type EventPlan } from './events';

/** What a visitor saw of one answer. Times are of `performance.now()`. */
export interface StreamSeen {
  /** 0 when no answer came. */
  readonly status: number;
  readonly startedAt: number;
  /** When the first bytes of the body came; undefined without any. */
  readonly firstAt: number | undefined;
  readonly endedAt: number;
  readonly bytes: number;
  /** Why the answer did not come to its end. */
  readonly failure?: string;
}

export const isWhole = ({ status, failure }: StreamSeen): boolean => status === 200 && failure === undefined;

/** A visitor that reads answers as they come. */
export class StreamVisitor {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });

  /** Never rejects. @param onBytes gets each piece of the body @param signal makes the visitor go away */
  read(url: string, signal: AbortSignal, onBytes: (piece: Buffer, at: number) => void = () => undefined): Promise<StreamSeen> {
    const startedAt = performance.now();
    let [status, bytes] = [0, 0];
    let firstAt: number | undefined;
    return new Promise((resolve) => {
      const end = (failure?: string): void =>
        resolve({ status, startedAt, firstAt, bytes, endedAt: performance.now(), ...(failure !== undefined && { failure }) });
      const fail = ({ code, name }: NodeJS.ErrnoException): void => end(code ?? name);
      const request = http.get(url, { agent: this.agent, signal }, (response) => {
        status = response.statusCode ?? 0;
        response.on('data', (piece: Buffer) => {
          const at = performance.now();
          firstAt ??= at;
          bytes += piece.length;
          onBytes(piece, at);
        });
        response.once('end', () => end());
        response.once('error', fail);
      });
      request.once('error', fail);
    });
  }

  /** Reads a stream of events to its end, and adds what it saw to the figures. */
  async readEvents(base: string, plan: EventPlan, figures: EventFigures, signal: AbortSignal): Promise<void> {
    const parser = new EventParser();
    const tally = new EventTally(plan.count);
    let lastAt: number | undefined;
    const seen = await this.read(`${base}${eventsPath(plan)}`, signal, (piece, at) => {
      if (lastAt !== undefined) figures.gaps.record(at - lastAt);
      lastAt = at;
      for (const { number, sentAt } of parser.add(piece.toString('latin1'))) {
        tally.add(number);
        figures.events += 1;
        if (number > 0) figures.delays.record(at - sentAt);
      }
    });
    figures.streams += 1;
    if (!isWhole(seen)) figures.failed += 1;
    figures.addDefects(tally.defects);
  }

  /**
   * Reads a little of an answer each second, and then goes away. What the visitor does not read stays with the sender.
   * @returns how many bytes were read
   */
  readSlowly(url: string, perSecond: number, seconds: number, signal: AbortSignal): Promise<number> {
    let read = 0;
    return new Promise((resolve) => {
      const request = http.get(url, { agent: false, signal }, (response) => {
        response.pause();
        const reading = setInterval(() => (read += (response.read(perSecond) as Buffer | null)?.length ?? 0), 1000);
        response.once('error', () => undefined);
        response.once('close', () => clearInterval(reading));
      });
      const leaving = setTimeout(() => request.destroy(), seconds * 1000);
      request.once('error', () => undefined);
      request.once('close', () => {
        clearTimeout(leaving);
        resolve(read);
      });
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
