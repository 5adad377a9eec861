import { BodyDigest, MAX_PARTS_AHEAD } from '../../../protocol';
import type { StreamHead, StreamPart } from './stream-part';

/** How many missing parts are asked for in one message. */
const MAX_ASKED = 64;

/** Whether a part was new. `beyond`: the agent has sent more than it was allowed to. */
export type Admitted = 'new' | 'known' | 'beyond';

/** How the body has ended. `damaged`: all parts are here, but the digest is another one. */
export type BodyEnd = 'whole' | 'damaged' | 'failed';

/**
 * Puts the parts of one stream in order. Parts come in any order, and more than once; their number counts. What is here and not taken is bounded
 * by the window, and by `MAX_PARTS_AHEAD` parts.
 */
export class PartOrder {
  /** Parts that came before an earlier one. */
  private readonly early = new Map<number, StreamPart>();
  private readonly ready: Piece[] = [];
  private readonly digest = new BodyDigest();
  private next = 0;
  private highest = -1;
  private receivedBytes = 0;
  private inHand: Piece | undefined;
  private firstPart: StreamHead | undefined;
  private bodyEnd: BodyEnd | undefined;
  private bytesTaken = 0;

  /** @param windowBytes how many bytes of the body may be here that the visitor has not taken */
  constructor(private readonly windowBytes: number) {}

  /** The first part, once it is here. */
  get head(): StreamHead | undefined {
    return this.firstPart;
  }

  /** How the body has ended; undefined while parts are missing. Pieces may still wait (`take`). */
  get end(): BodyEnd | undefined {
    return this.bodyEnd;
  }

  /** Whether later parts are here than one that is missing. */
  get hasGap(): boolean {
    return this.early.size > 0;
  }

  /** The visitor has taken the parts below this number. */
  get takenParts(): number {
    return (this.inHand ?? this.ready[0])?.number ?? this.next;
  }

  /** How many bytes of the body the visitor has taken. */
  get takenBytes(): number {
    return this.bytesTaken;
  }

  add(part: StreamPart): Admitted {
    if (this.bodyEnd !== undefined || part.number < this.next || this.early.has(part.number)) {
      // A failure that names no later part than those that are here ends the stream.
      if (part.kind === 'failed') this.bodyEnd ??= 'failed';
      return 'known';
    }
    const bytes = 'body' in part ? part.body.length : 0;
    const isBeyond = this.receivedBytes + bytes - this.bytesTaken > this.windowBytes || part.number - this.takenParts > MAX_PARTS_AHEAD;
    if (isBeyond) return 'beyond';
    this.receivedBytes += bytes;
    this.highest = Math.max(this.highest, part.number);
    this.early.set(part.number, part);
    this.advance();
    return 'new';
  }

  /** The next bytes in order, if they are here. They count as taken when the next ones are asked for. */
  take(): Uint8Array | undefined {
    this.bytesTaken += this.inHand?.bytes.length ?? 0;
    this.inHand = this.ready.shift();
    return this.inHand?.bytes;
  }

  /**
   * The first parts that are missing.
   * @param made how many parts the agent has made, as far as that is known
   */
  missing(made = 0): number[] {
    const numbers: number[] = [];
    const end = Math.max(this.highest + 1, made);
    for (let number = this.next; number < end && numbers.length < MAX_ASKED; number += 1) if (!this.early.has(number)) numbers.push(number);
    return numbers;
  }

  private advance(): void {
    for (let part = this.early.get(this.next); part && this.bodyEnd === undefined; part = this.early.get(this.next)) {
      this.early.delete(this.next);
      this.next += 1;
      this.append(part);
    }
    if (this.bodyEnd !== undefined) this.early.clear();
  }

  private append(part: StreamPart): void {
    // The first part is the head, and no other part is.
    if ((part.number === 0) !== (part.kind === 'head')) this.bodyEnd = 'failed';
    else if (part.kind === 'end') this.bodyEnd = this.digest.end() === part.sha256 ? 'whole' : 'damaged';
    else if (part.kind === 'failed') this.bodyEnd = 'failed';
    else {
      if (part.kind === 'head') this.firstPart = part;
      if (part.body.length === 0) return;
      this.digest.add(part.body);
      this.ready.push({ number: part.number, bytes: part.body });
    }
  }
}

interface Piece {
  /** The number of its part. */
  readonly number: number;
  readonly bytes: Uint8Array;
}
