/** Bodies of streamed answers. Each line names its request and its place, so that bytes that are lost, doubled or moved are noticed, too. */

/** `whole`: one small write. `events`: an event stream of many small writes. `body`: as many bytes as the agent takes. */
export type StreamShape = 'whole' | 'events' | 'body';

/** What an event stream may have between two events, from the tunnel (functions/core/stream/event-stream.ts). */
const HEARTBEAT = Buffer.from(':\n\n');
const EVENT_END = Buffer.from('\n\n');

/** The right body. Event streams consist of whole events, so that they may be a little longer than `bytes`. */
export function streamBody(nonce: string, shape: StreamShape, bytes: number): Buffer {
  const isEvents = shape === 'events';
  const lines: string[] = [];
  for (let length = 0; length < bytes; length += lines.at(-1)?.length ?? 0) {
    lines.push(isEvents ? `data: ${nonce} ${lines.length}\n\n` : `${nonce} ${lines.length}\n`);
  }
  const body = Buffer.from(lines.join(''));
  return isEvents ? body : body.subarray(0, bytes);
}

/** The pieces in which the local service writes a body. */
export function writesOf(body: Buffer, shape: StreamShape): Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < body.length;) {
    const to = shape === 'events' ? body.indexOf(EVENT_END, from) + EVENT_END.length : Math.min(body.length, from + WRITE_BYTES);
    pieces.push(body.subarray(from, to));
    from = to;
  }
  return pieces;
}
const WRITE_BYTES = 32 * 1024;

/** Compares a body with the right one while it comes. */
export class BodyCheck {
  private place = 0;
  /** How many bytes of a heartbeat have come. */
  private ofHeartbeat = 0;
  private wrong: string | undefined;

  constructor(
    private readonly right: Buffer,
    private readonly shape: StreamShape,
  ) {}

  /** How many of the right bytes have come. */
  get got(): number {
    return this.place;
  }

  /** The first bytes that are not right, if there were any. */
  get found(): string | undefined {
    return this.wrong;
  }

  get isWhole(): boolean {
    return this.wrong === undefined && this.place === this.right.length && this.ofHeartbeat === 0;
  }

  add(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && this.wrong === undefined) {
      rest = rest.subarray(this.ofHeartbeat > 0 || (rest[0] === HEARTBEAT[0] && this.isBetweenEvents) ? this.beat(rest) : this.match(rest));
    }
  }

  private get isBetweenEvents(): boolean {
    const { place, right } = this;
    return this.shape === 'events' && (place === 0 || right.subarray(place - EVENT_END.length, place).equals(EVENT_END));
  }

  /** @returns how many bytes were read */
  private beat(bytes: Buffer): number {
    if (bytes[0] !== HEARTBEAT[this.ofHeartbeat]) this.wrong = textOf(bytes);
    this.ofHeartbeat = (this.ofHeartbeat + 1) % HEARTBEAT.length;
    return 1;
  }

  /** Reads the right bytes until the next place at which a heartbeat may begin. @returns how many bytes were read */
  private match(bytes: Buffer): number {
    const { place, right, shape } = this;
    const end = shape === 'events' ? right.indexOf(EVENT_END, Math.max(place - 1, 0)) + EVENT_END.length : right.length;
    const length = Math.min(bytes.length, Math.max(end - place, 0));
    if (length === 0 || !bytes.subarray(0, length).equals(right.subarray(place, place + length))) this.wrong = textOf(bytes);
    else this.place += length;
    return length;
  }
}

const textOf = (bytes: Buffer): string => bytes.subarray(0, 200).toString();
