import type { StreamMessage } from '../../protocol';

/** A part of an answer, without what the answer's request gives it when it is sent. The body is bytes. */
export type Part =
  | (Pick<Extract<StreamMessage, { type: 'response_head' }>, 'type' | 'status_code' | 'headers'> & { readonly body: Buffer })
  | { readonly type: 'response_chunk'; readonly body: Buffer }
  | { readonly type: 'response_end'; readonly sha256: string }
  | { readonly type: 'response_failed' };

interface Kept {
  readonly part: Part;
  isSent: boolean;
}

/** The parts of one answer that the cloud has not taken, by number. */
export class KeptParts {
  private readonly kept = new Map<number, Kept>();
  private madeParts = 0;
  private takenParts = 0;
  private keptBytes = 0;

  /** @param send sends a part; false when there is no connection */
  constructor(private readonly send: (part: Part, number: number) => boolean) {}

  /** How many parts there have been. */
  get made(): number {
    return this.madeParts;
  }

  /** How many parts the cloud has taken. */
  get taken(): number {
    return this.takenParts;
  }

  /** How many parts the cloud has not taken. */
  get count(): number {
    return this.kept.size;
  }

  /** Bytes of the body in these parts. */
  get bytes(): number {
    return this.keptBytes;
  }

  /** Sends the next part, and keeps it. */
  add(part: Part): void {
    const number = this.madeParts;
    this.madeParts += 1;
    this.keptBytes += bytesOf(part);
    this.kept.set(number, { part, isSent: this.send(part, number) });
  }

  /** Forgets the parts below `number`. */
  take(number: number): void {
    for (; this.takenParts < Math.min(number, this.madeParts); this.takenParts += 1) {
      const kept = this.kept.get(this.takenParts);
      if (kept) this.keptBytes -= bytesOf(kept.part);
      this.kept.delete(this.takenParts);
    }
  }

  /** Sends again those of these parts that are kept. */
  sendAgain(numbers: Iterable<number>): void {
    for (const number of numbers) {
      const kept = this.kept.get(number);
      if (kept) kept.isSent = this.send(kept.part, number);
    }
  }

  sendAllAgain(): void {
    this.sendAgain([...this.kept.keys()]);
  }

  /** Sends the parts for which there was no connection. */
  sendWaiting(): void {
    this.sendAgain([...this.kept].filter(([, { isSent }]) => !isSent).map(([number]) => number));
  }

  drop(): void {
    this.kept.clear();
    this.takenParts = this.madeParts;
    this.keptBytes = 0;
  }
}

const bytesOf = (part: Part): number => ('body' in part ? part.body.length : 0);
