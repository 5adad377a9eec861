/** Finds the items that a write changes. */
import type { TableSpec } from '../specs';
import type { AttributeValue, Item } from './attribute-value';

export interface WriteTarget {
  readonly tableName: string;
  /** The key attributes only. */
  readonly keys: Item;
}

/**
 * Leaves out targets with an unknown table or a missing key attribute: the engine refuses the whole write for them, with
 * DynamoDB's message.
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

/** The lock's name for an item. Numeric keys that differ only beyond a double's precision share one name and wait for each other. */
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
