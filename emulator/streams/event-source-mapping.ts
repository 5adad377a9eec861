/**
 * An event source mapping on a DynamoDB stream: Lambda's poller.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
 *
 * A stream has one shard here. The mapping reads the shard at a fixed interval, whatever the function does, so a record waits
 * between zero and one interval. A parallelization factor divides the shard into that many lanes by the hash of the item's
 * key: each lane has one batch in flight, and records of one item keep their order.
 */
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import { backgroundClock } from '../background-clock';
import { closingController } from '../closing-controller';
import { compilePattern, EventPatternError, MAX_FILTER_PATTERN } from '../events/event-pattern';
import type { EventMatcher } from '../events/event-pattern';
import type { Limits } from '../limits';
import type { Closeable, FunctionInvoker, Logger, Queues, StreamRecord, StreamSource } from '../services';
import type { MappingSpec } from '../specs';
import { BatchProcessor } from './batch-processor';
import type { BatchRecord } from './batch-processor';
import { failedBatchRecord } from './failed-batch-record';
import type { DiscardedBatch } from './failed-batch-record';
import { Lane } from './lane';
import { sequenceNumberOf } from './stream-item';
import type { StreamItem } from './stream-item';

/** Records of one read: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html */
const MAX_READ = 1000;

export interface EventSourceMappingOptions {
  readonly mapping: MappingSpec;
  readonly source: StreamSource;
  readonly invoker: FunctionInvoker;
  readonly queues: Queues;
  readonly limits: Limits['stream'];
  readonly clock?: Clock;
  /** 0 ≤ x < 1 */
  readonly random?: () => number;
  readonly log: Logger;
  /** Awaited before each read of the stream; used to inject faults. A rejection skips the read. */
  readonly beforeRead?: () => Promise<void>;
  /** Wraps each record that was read; used to inject faults. */
  readonly interceptRecord?: RecordInterceptor;
  /** Awaited between a read and the invocation with its records; used to add latency. Must not reject. */
  readonly beforeBatch?: () => Promise<void>;
}

export type RecordInterceptor = (record: StreamRecord, next: () => void) => void;

export interface MappingStats {
  /** Records that were read; `filtered` counts the records that no filter let through. */
  readonly read: number;
  readonly filtered: number;
  /** Runs of the function by outcome. */
  readonly batches: Readonly<Record<BatchRecord['outcome'], number>>;
  /** Records that were given up. */
  readonly discarded: number;
  /** Age of the youngest record of the latest batch when it was sent to the function, in ms. */
  readonly iteratorAgeMs: number;
  /** Records that wait or are being processed. */
  readonly backlog: number;
}

export class EventSourceMapping implements Closeable {
  readonly events = new EventEmitter<{ batch: [BatchRecord]; discard: [DiscardedBatch] }>();
  private readonly counts = {
    read: 0,
    filtered: 0,
    batches: { succeeded: 0, 'partly-failed': 0, failed: 0, throttled: 0 },
    discarded: 0,
    iteratorAgeMs: 0,
  };
  private readonly filters: readonly EventMatcher[];
  private readonly lanes: readonly Lane[];
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly closing = closingController();
  /** Sequence number of the last record read. */
  private cursor: string | undefined;

  /** @throws EventPatternError for a filter that Lambda would refuse, by the mapping's Terraform address */
  constructor(private readonly options: EventSourceMappingOptions) {
    const { mapping } = options;
    this.clock = options.clock ?? backgroundClock;
    this.random = options.random ?? Math.random;
    this.filters = mapping.filters.map((filter, index) =>
      EventPatternError.at(`${mapping.address}: filter ${index + 1}`, () => compilePattern(filter, MAX_FILTER_PATTERN)),
    );
    const processor = this.processor();
    this.lanes = Array.from({ length: mapping.parallelizationFactor }, () => this.lane(processor));
  }

  /** Begins to read after the start-up delay: at the oldest record, or after the newest record that exists by then (LATEST). */
  start(): void {
    void this.poll();
  }

  stats(): MappingStats {
    return { ...this.counts, batches: { ...this.counts.batches }, backlog: this.backlog };
  }

  /** Stops at once. A running function is not awaited, and its answer changes nothing. */
  async close(): Promise<void> {
    this.closing.abort();
  }

  private get backlog(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.backlog, 0);
  }

  private async poll(): Promise<void> {
    const { signal } = this.closing;
    const { mapping, source, limits } = this.options;
    const { pollMs, startDelayMs } = limits;
    if (startDelayMs > 0) await this.clock.sleep(startDelayMs, signal);
    if (mapping.startingPosition === 'LATEST') this.cursor = source.latest(mapping.streamArn);
    for (let at = this.clock.now() + this.random() * pollMs; ; at += pollMs) {
      await this.clock.sleep(Math.max(0, at - this.clock.now()), signal);
      if (signal.aborted) return;
      try {
        await this.options.beforeRead?.();
        if (!signal.aborted) this.read();
      } catch (error) {
        this.options.log.warn(`${mapping.address}: the stream was not read: ${(error as Error).message}`);
      }
      // When a read takes longer than an interval, the missed reads are not repeated.
      at = Math.max(at, this.clock.now() - pollMs);
    }
  }

  private read(): void {
    const { mapping, source, interceptRecord = (_record, next) => next() } = this.options;
    const room = Math.max(MAX_READ, mapping.batchSize * mapping.parallelizationFactor) - this.backlog;
    if (room <= 0) return;
    const { records, at } = source.read(mapping.streamArn, this.cursor, Math.min(MAX_READ, room));
    for (const [index, record] of records.entries()) {
      const item = { record, at: at[index] ?? record.dynamodb.ApproximateCreationDateTime * 1000 };
      this.cursor = sequenceNumberOf(item);
      interceptRecord(record, () => this.take(item));
    }
  }

  private take(item: StreamItem): void {
    this.counts.read += 1;
    if (this.filters.length > 0 && !this.filters.some((matches) => matches(item.record))) this.counts.filtered += 1;
    else this.lanes[hashOfKey(item.record) % this.lanes.length]?.add(item);
  }

  private lane(processor: BatchProcessor): Lane {
    const { mapping, limits, beforeBatch } = this.options;
    return new Lane({
      batchSize: mapping.batchSize,
      batchBytes: limits.batchBytes,
      windowMs: mapping.batchingWindowMs,
      clock: this.clock,
      signal: this.closing.signal,
      process: async (batch) => {
        await beforeBatch?.();
        await processor.process(batch);
      },
    });
  }

  private processor(): BatchProcessor {
    const { pollMs, retentionMs } = this.options.limits;
    return new BatchProcessor({
      ...this.options,
      retryBaseMs: pollMs,
      retentionMs,
      clock: this.clock,
      random: this.random,
      signal: this.closing.signal,
      onBatch: (record) => {
        this.counts.batches[record.outcome] += 1;
        this.counts.iteratorAgeMs = record.iteratorAgeMs;
        this.events.emit('batch', record);
      },
      onDiscard: (batch) => this.discard(batch),
    });
  }

  private discard(batch: DiscardedBatch): void {
    const { mapping, queues, log } = this.options;
    this.counts.discarded += batch.items.length;
    this.events.emit('discard', batch);
    const what = `${mapping.address}: ${batch.items.length} records are given up (${batch.condition})`;
    if (mapping.onFailureArn === undefined) return log.warn(`${what}: the mapping has no on-failure destination`);
    try {
      const record = failedBatchRecord(batch, mapping, this.clock.now());
      queues.send(mapping.onFailureArn, record, { functionArn: mapping.functionArn });
    } catch (error) {
      log.warn(`${what}: the destination ${mapping.onFailureArn} refused the records: ${(error as Error).message}`);
    }
  }
}

/** The hash is the same for every record of an item, for any order of the key's attributes. */
function hashOfKey({ dynamodb }: StreamRecord): number {
  const key = Object.entries(dynamodb.Keys).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha1').update(JSON.stringify(key)).digest().readUInt32BE();
}
