/**
 * Writes items and appends the stream records of these writes. Each write locks its items, reads them, writes, and reads
 * them again. So the records of one item have the order of its writes, and each old image equals the new image before.
 * The engine needs no support for streams.
 */
import type { StreamRecord } from '../services';
import type { TableSpec } from '../specs';
import type { Item } from './attribute-value';
import { errorCode } from './engine';
import type { Engine, EngineReply } from './engine';
import { KeyLocks } from './key-locks';
import type { StreamLog } from './stream-log';
import { lockName, writeTargets } from './write-targets';
import type { WriteTarget } from './write-targets';

export interface CapturedWritesOptions {
  readonly engine: Engine;
  readonly tables: ReadonlyMap<string, TableSpec>;
  /** By table name; a table without a stream has no entry. */
  readonly streams: ReadonlyMap<string, StreamLog>;
  readonly onRecord: (record: StreamRecord) => void;
}

export class CapturedWrites {
  private readonly locks = new KeyLocks();

  constructor(private readonly options: CapturedWritesOptions) {}

  /**
   * @param operation  PutItem, UpdateItem, DeleteItem or BatchWriteItem
   * @param expired    whether Time to Live makes this write
   * @returns the engine's answer
   */
  run(operation: string, input: Readonly<Record<string, unknown>>, expired = false): Promise<EngineReply> {
    const { engine, tables, streams } = this.options;
    const targets = writeTargets(operation, input, tables);
    const wantsOldItem = input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
    const watched = targets.filter(({ tableName }) => wantsOldItem || streams.has(tableName));
    return this.locks.hold(targets.map(lockName), async () => {
      const before = await this.readAll(watched);
      const reply = await engine.send(operation, input);
      if (reply.status === 400) return wantsOldItem ? withOldItem(reply, before[0]) : reply;
      const after = await this.readAll(watched);
      watched.forEach((target, i) => this.record(target, before[i], after[i], expired));
      return reply;
    });
  }

  private readAll(targets: readonly WriteTarget[]): Promise<(Item | undefined)[]> {
    return Promise.all(targets.map((target) => this.read(target)));
  }

  /** An item whose key is malformed reads as missing: the engine will not write it either. */
  private async read({ tableName, keys }: WriteTarget): Promise<Item | undefined> {
    const { body } = await this.options.engine.send('GetItem', {
      TableName: tableName,
      Key: keys,
      ConsistentRead: true,
    });
    return (JSON.parse(body) as { Item?: Item }).Item;
  }

  private record({ tableName, keys }: WriteTarget, before: Item | undefined, after: Item | undefined, expired: boolean): void {
    const { streams, onRecord } = this.options;
    const record = streams.get(tableName)?.append({ keys, before, after, expired });
    if (record) onRecord(record);
  }
}

/**
 * Adds the item to the answer of a failed condition, because dynalite leaves the item out
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html, ReturnValuesOnConditionCheckFailure).
 */
function withOldItem(reply: EngineReply, item: Item | undefined): EngineReply {
  if (item === undefined || errorCode(reply) !== 'ConditionalCheckFailedException') return reply;
  return { ...reply, body: JSON.stringify({ ...(JSON.parse(reply.body) as object), Item: item }) };
}
