/** Which items a write is about. */
import type { TableSpec } from '../specs';
import type { AttributeValue, Item } from './attribute-value';

export interface WriteTarget {
  readonly tableName: string;
  /** The key attributes alone. */
  readonly keys: Item;
}

/**
 * Targets that cannot be made out (no such table, a key attribute is missing) are left out: the engine refuses the
 * whole write for them, in DynamoDB's words.
 * @param input  of PutItem, UpdateItem, DeleteItem or BatchWriteItem
 */
export function writeTargets(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  tables: ReadonlyMap<string, TableSpec>,
): WriteTarget[] {
  const named = operation === 'BatchWriteItem' ? inBatch(input) : [[input['TableName'], input['Item'] ?? input['Key']]];
  return named.flatMap(([tableName, attributes]) => {
    const table = tables.get(String(tableName));
    const keys = table && keysOf(table, record(attributes));
    return table && keys ? [{ tableName: table.name, keys }] : [];
  });
}

/** One name for an item. Numbers that differ beyond a double's precision share it, which only makes them wait in line. */
export function lockName({ tableName, keys }: WriteTarget): string {
  const values = Object.values(keys).map((value) => ('N' in value ? Number(value.N) : Object.values(value)));
  return JSON.stringify([tableName, ...values]);
}

function inBatch(input: Readonly<Record<string, unknown>>): [unknown, unknown][] {
  return Object.entries(record(input['RequestItems'])).flatMap(([tableName, requests]) =>
    (Array.isArray(requests) ? (requests as unknown[]) : []).map((request): [unknown, unknown] => {
      const { PutRequest, DeleteRequest } = record(request);
      return [tableName, record(PutRequest)['Item'] ?? record(DeleteRequest)['Key']];
    }),
  );
}

function keysOf({ hashKey, rangeKey }: TableSpec, attributes: Readonly<Record<string, unknown>>): Item | undefined {
  const names = rangeKey === undefined ? [hashKey] : [hashKey, rangeKey];
  if (!names.every((name) => isRecord(attributes[name]))) return undefined;
  return Object.fromEntries(names.map((name) => [name, attributes[name] as AttributeValue]));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
