/**
 * DynamoDB, as far as the tunnel needs it. An engine holds the data. This class adds streams and Time to Live, which
 * dynalite does not have.
 */
import { EventEmitter } from 'node:events';
import type { Limits } from '../limits';
import { AwsError } from '../services';
import type { ServiceApi, Closeable, Logger, StreamRecord, StreamSource } from '../services';
import type { TableSpec } from '../specs';
import type { Item } from './attribute-value';
import { CapturedWrites } from './captured-writes';
import { createTable } from './create-table';
import { dynaliteEngine } from './dynalite-engine';
import type { Engine } from './engine';
import { httpEngine } from './http-engine';
import { scan } from './scan';
import { StreamLog } from './stream-log';
import { removeExpired } from './time-to-live';

const READS = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'DescribeTable', 'ListTables']);
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

export interface LocalDynamoDbOptions {
  readonly tables: readonly TableSpec[];
  readonly limits: Pick<Limits, 'dynamodb' | 'stream'>;
  readonly region: string;
  /** URL of a DynamoDB-compatible server that holds the data instead of dynalite: `http://127.0.0.1:8000`. */
  readonly engineUrl?: string;
  /** In ms since the epoch. */
  readonly clock?: () => number;
  readonly logger?: Logger;
}

export class LocalDynamoDb implements StreamSource, Closeable {
  private readonly tables: ReadonlyMap<string, TableSpec>;
  /** By table name. */
  private readonly streams: ReadonlyMap<string, StreamLog>;
  private readonly writes: CapturedWrites;
  private readonly clock: () => number;
  private readonly records = new EventEmitter<{ record: [StreamRecord] }>().setMaxListeners(0);
  private readonly sweeper: NodeJS.Timeout;

  private constructor(
    private readonly engine: Engine,
    { tables, limits, region, clock = Date.now, logger }: LocalDynamoDbOptions,
  ) {
    this.clock = clock;
    this.tables = new Map(tables.map((table) => [table.name, table]));
    this.streams = new Map(
      tables.flatMap(({ name, stream }) =>
        stream ? [[name, new StreamLog({ ...stream, region }, limits.stream.retentionMs, clock)]] : [],
      ),
    );
    this.writes = new CapturedWrites({
      engine,
      tables: this.tables,
      streams: this.streams,
      onRecord: (record) => this.records.emit('record', record),
    });
    this.sweeper = setInterval(() => {
      this.sweepExpired().catch((error: Error) => logger?.warn(`Time to Live sweep failed: ${error.message}`));
    }, limits.dynamodb.ttlSweepMs).unref();
  }

  /** @throws EngineError when the engine cannot be used; the engine is closed then */
  static async start(options: LocalDynamoDbOptions): Promise<LocalDynamoDb> {
    const { tables, engineUrl, region, limits } = options;
    const engine =
      engineUrl === undefined ? dynaliteEngine({ region, itemBytes: limits.dynamodb.itemBytes }) : httpEngine(engineUrl, region);
    try {
      await Promise.all(tables.map((table) => createTable(engine, table)));
    } catch (error) {
      await engine.close();
      throw error;
    }
    return new LocalDynamoDb(engine, options);
  }

  /** Refuses operations that are not emulated with UnknownOperationException. */
  readonly service: ServiceApi = async ({ operation, input }) => {
    if (READS.has(operation)) return this.engine.send(operation, input);
    if (WRITES.has(operation)) return this.writes.run(operation, input);
    const known = [...READS, ...WRITES].join(', ');
    throw new AwsError(
      400,
      'UnknownOperationException',
      `dynamodb:${operation} is not emulated by the local cloud, which knows ${known}; tables come from the stack`,
    );
  };

  /** @throws AwsError ResourceNotFoundException for an ARN that is not the stream of a table */
  read(streamArn: string, after: string | undefined, limit: number): { records: StreamRecord[]; at: number[] } {
    return this.streamOf(streamArn).read(after, limit);
  }

  /** @throws AwsError as `read` */
  latest(streamArn: string): string | undefined {
    return this.streamOf(streamArn).latest();
  }

  /**
   * Calls the listener with each new record of any stream (its `eventSourceARN` says which), in order and before the
   * write is answered.
   * @returns a function that removes the listener
   */
  onRecord(listener: (record: StreamRecord) => void): () => void {
    this.records.on('record', listener);
    return () => void this.records.off('record', listener);
  }

  /** All items of a table, for tests. */
  async scan(tableName: string): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of scan(this.engine, { TableName: tableName, ConsistentRead: true })) items.push(item);
    return items;
  }

  /** Removes the expired items of all tables; a timer does the same every `ttlSweepMs`. Resolves with the number of items. */
  async sweepExpired(): Promise<number> {
    let removed = 0;
    for (const table of this.tables.values()) {
      removed += await removeExpired(this.engine, this.writes, table, this.clock());
    }
    return removed;
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.records.removeAllListeners();
    await this.engine.close();
  }

  private streamOf(arn: string): StreamLog {
    for (const log of this.streams.values()) if (log.identity.arn === arn) return log;
    throw new AwsError(400, 'ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);
  }
}
