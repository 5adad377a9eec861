import type { Readable } from 'node:stream';

/**
 * The body of the local service's answer while it comes. Bytes wait here until somebody takes them. The body is not read further while as many
 * bytes wait as `limit` says, so that the local service has to wait, too (by TCP's flow control).
 */
export class LocalBody {
  /** Called after each change: bytes, the end or an error. */
  onChange: () => void = () => undefined;
  private chunks: Buffer[] = [];
  private waiting = 0;
  private most: number;
  private hasEnded = false;
  private failure?: Error;

  /** @param limit no more is read while this many bytes wait */
  constructor(
    private readonly source: Readable,
    limit: number,
  ) {
    this.most = limit;
    source.on('end', () => this.change(() => (this.hasEnded = true)));
    source.on('error', (error) => this.fail(error));
    source.on('close', () => this.fail(new Error('aborted')));
    if (source.destroyed) this.fail(source.errored ?? new Error('aborted'));
    source.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.waiting += chunk.length;
      this.onChange();
      this.throttle();
    });
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.waiting;
  }

  /** All bytes have come. */
  get ended(): boolean {
    return this.hasEnded;
  }

  /** Why the body broke off, if it did. */
  get error(): Error | undefined {
    return this.failure;
  }

  get isOver(): boolean {
    return this.hasEnded || this.failure !== undefined;
  }

  set limit(bytes: number) {
    this.most = bytes;
    this.throttle();
  }

  /** The bytes that wait, which stay here. */
  peek(): Buffer {
    const [only] = this.chunks;
    const all = this.chunks.length === 1 && only ? only : Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }

  /** Takes the first bytes that wait. */
  take(most: number): Buffer {
    const all = this.peek();
    const taken = all.subarray(0, most);
    this.chunks = taken.length < all.length ? [all.subarray(taken.length)] : [];
    this.waiting -= taken.length;
    return taken;
  }

  /** Forgets the bytes that wait, and all that follow. */
  drop(): void {
    this.onChange = () => undefined;
    this.source.destroy();
    this.chunks = [];
    this.waiting = 0;
  }

  private fail(error: Error): void {
    if (!this.isOver) this.change(() => (this.failure = error));
  }

  private change(set: () => void): void {
    set();
    this.onChange();
  }

  private throttle(): void {
    if (this.isOver) return;
    if (this.waiting >= this.most) this.source.pause();
    else if (this.source.isPaused()) this.source.resume();
  }
}
