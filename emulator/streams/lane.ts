import type { Clock } from '../clock';
import type { StreamItem } from './stream-item';

export interface LaneOptions {
  readonly batchSize: number;
  /** Largest size of the records of one batch as JSON. */
  readonly batchBytes: number;
  /** How long a batch may wait to be filled, in ms. */
  readonly windowMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Must not reject. */
  readonly process: (batch: readonly StreamItem[]) => Promise<void>;
}

/** Records that are processed in their order, one batch at a time: a shard, or one of the lanes it is divided into. */
export class Lane {
  private readonly waiting: StreamItem[] = [];
  private running = false;
  private inFlight = 0;
  private filled = new AbortController();

  constructor(private readonly options: LaneOptions) {}

  /** Records that wait or are being processed. */
  get backlog(): number {
    return this.waiting.length + this.inFlight;
  }

  add(item: StreamItem): void {
    this.waiting.push(item);
    if (this.waiting.length >= this.options.batchSize) this.filled.abort();
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    // Records that were read together are added one by one: wait until all are added.
    await Promise.resolve();
    while (this.waiting.length > 0 && !this.options.signal.aborted) {
      await this.fill();
      const batch = this.waiting.splice(0, this.batchLength());
      this.inFlight = batch.length;
      await this.options.process(batch);
      this.inFlight = 0;
    }
    this.running = false;
  }

  /** Waits for the window to pass or the batch to be full, whichever is first. */
  private async fill(): Promise<void> {
    const { batchSize, windowMs, clock, signal } = this.options;
    if (windowMs === 0 || this.waiting.length >= batchSize) return;
    this.filled = new AbortController();
    await clock.sleep(windowMs, AbortSignal.any([signal, this.filled.signal]));
  }

  /** At least one record, however large. */
  private batchLength(): number {
    const { batchSize, batchBytes } = this.options;
    let bytes = 0;
    const end = this.waiting.findIndex(({ record }, index) => {
      bytes += Buffer.byteLength(JSON.stringify(record));
      return index >= batchSize || (index > 0 && bytes > batchBytes);
    });
    return end === -1 ? this.waiting.length : end;
  }
}
