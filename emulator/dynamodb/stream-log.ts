import type { StreamRecord } from '../services';
import { sameItem } from './attribute-value';
import { streamRecord } from './stream-record';
import type { ItemChange, StreamIdentity } from './stream-record';

/** DynamoDB's sequence numbers have 21 digits or more. Here all have the same width, so they also compare as text. */
const FIRST_SEQUENCE_NUMBER = 100_000_000_000_000_000_000_001n;
/**
 * The oldest records are dropped early when all records together are larger than this, in bytes as DynamoDB counts
 * them. AWS has no such limit; here it protects the machine's memory.
 */
const MAX_BYTES = 64 * 1024 * 1024;

interface Kept {
  readonly record: StreamRecord;
  readonly at: number;
}

/** One table's stream: the records of the last day, oldest first, without gaps. */
export class StreamLog {
  private kept: Kept[] = [];
  private bytes = 0;
  private next = FIRST_SEQUENCE_NUMBER;

  /**
   * @param retentionMs  age at which records are forgotten
   * @param clock        in ms since the epoch
   */
  constructor(
    readonly identity: StreamIdentity,
    private readonly retentionMs: number,
    private readonly clock: () => number,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  /** Adds the record of a change and returns it. A write that changed nothing adds no record. */
  append(change: ItemChange): StreamRecord | undefined {
    if (sameItem(change.before, change.after)) return undefined;
    const at = this.clock();
    const record = streamRecord(change, this.identity, String(this.next++), at);
    this.kept.push({ record, at });
    this.bytes += record.dynamodb.SizeBytes;
    this.trim();
    return record;
  }

  /**
   * Up to `limit` records after a sequence number. Without a number, or when its record is no longer kept, reading starts
   * at the oldest kept record.
   * `at` holds the time of each, in ms since the epoch.
   */
  read(after: string | undefined, limit: number): { records: StreamRecord[]; at: number[] } {
    this.trim();
    const oldest = this.next - BigInt(this.kept.length);
    const start = after === undefined ? 0 : Math.max(0, Number(BigInt(after) - oldest) + 1);
    const page = this.kept.slice(start, start + limit);
    return { records: page.map(({ record }) => record), at: page.map(({ at }) => at) };
  }

  /** Sequence number of the newest record, also when that record is no longer kept. */
  latest(): string | undefined {
    return this.next === FIRST_SEQUENCE_NUMBER ? undefined : String(this.next - 1n);
  }

  private trim(): void {
    const now = this.clock();
    let count = 0;
    for (const { record, at } of this.kept) {
      if (now - at < this.retentionMs && this.bytes <= this.maxBytes) break;
      this.bytes -= record.dynamodb.SizeBytes;
      count += 1;
    }
    if (count > 0) this.kept.splice(0, count);
  }
}
