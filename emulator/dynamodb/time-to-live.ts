import type { TableSpec } from '../specs';
import type { CapturedWrites } from './captured-writes';
import type { Engine } from './engine';
import { scan } from './scan';

/**
 * Items that expired longer ago than this are not removed: five years, in seconds
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html).
 */
const OLDEST_S = 5 * 365 * 24 * 60 * 60;

/**
 * Removes a table's expired items. Only a number counts as an expiry time, in seconds since the epoch.
 * @param now  in ms since the epoch
 * @returns how many were removed
 */
export async function removeExpired(engine: Engine, writes: CapturedWrites, table: TableSpec, now: number): Promise<number> {
  if (table.ttlAttribute === undefined) return 0;
  const seconds = Math.floor(now / 1000);
  const expired = {
    TableName: table.name,
    ExpressionAttributeNames: { '#time': table.ttlAttribute },
    ExpressionAttributeValues: {
      ':now': { N: String(seconds) },
      ':oldest': { N: String(seconds - OLDEST_S) },
    },
  };
  const condition = '#time < :now AND #time > :oldest';
  let removed = 0;
  for await (const item of scan(engine, { ...expired, FilterExpression: condition })) {
    const names = [table.hashKey, ...(table.rangeKey === undefined ? [] : [table.rangeKey])];
    const Key = Object.fromEntries(names.map((name) => [name, item[name]]));
    // The delete has a condition, because a caller may have extended the item's time since the scan.
    const reply = await writes.run('DeleteItem', { ...expired, Key, ConditionExpression: condition }, true);
    if (reply.status === 200) removed += 1;
  }
  return removed;
}
