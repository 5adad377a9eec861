import fc from 'fast-check';
import { sameItem } from '../../emulator/dynamodb/attribute-value';
import type { Item } from '../../emulator/dynamodb/attribute-value';
import { LocalDynamoDb } from '../../emulator/dynamodb/local-dynamodb';
import { AWS_LIMITS } from '../../emulator/limits';
import type { StreamRecord } from '../../emulator/services';
import { FORWARD_REQUEST, REGION } from '../support/dynamodb-endpoint';
import { tableWithStream } from '../support/dynamodb-tables';

const requests = tableWithStream('requests');
const KEYS = ['a', 'b', 'c'];

interface Write {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

const condition = fc.option(fc.constantFrom('attribute_exists(id)', 'attribute_not_exists(id)', 'n < :n'));
const write: fc.Arbitrary<Write> = fc
  .record({
    kind: fc.constantFrom('put', 'update', 'delete', 'batch'),
    id: fc.constantFrom(...KEYS),
    n: fc.integer({ min: 0, max: 3 }),
    condition,
  })
  .map(({ kind, id, n, condition }) => {
    const Key = { id: { S: id } };
    const Item = { ...Key, n: { N: String(n) } };
    const usesValue = kind === 'update' || condition?.includes(':n');
    const guarded = {
      TableName: 'requests',
      ...(condition && { ConditionExpression: condition }),
      ...(usesValue && { ExpressionAttributeValues: { ':n': { N: String(n) } } }),
    };
    if (kind === 'put') return { operation: 'PutItem', input: { ...guarded, Item } };
    if (kind === 'update') return { operation: 'UpdateItem', input: { ...guarded, Key, UpdateExpression: 'SET n = :n' } };
    if (kind === 'delete') return { operation: 'DeleteItem', input: { ...guarded, Key } };
    const rest = KEYS.filter((other) => other !== id).map((other) => ({
      DeleteRequest: { Key: { id: { S: other } } },
    }));
    return {
      operation: 'BatchWriteItem',
      input: { RequestItems: { requests: [{ PutRequest: { Item } }, ...rest] } },
    };
  });

/** The writes of one writer are sequential; the writers run concurrently. */
const writers = fc.array(fc.array(write, { maxLength: 12 }), { minLength: 1, maxLength: 5 });

async function run(db: LocalDynamoDb, writes: readonly Write[]): Promise<void> {
  for (const { operation, input } of writes) {
    await db.service({ service: 'dynamodb', operation, caller: FORWARD_REQUEST, input, arrivedAt: 0 });
  }
}

/** Rebuilds the table from the records. Fails when an old image differs from the item that the earlier records left. */
function replay(records: readonly StreamRecord[]): Map<string, Item> {
  const table = new Map<string, Item>();
  for (const { eventName, dynamodb } of records) {
    const id = (dynamodb.Keys['id'] as { S: string }).S;
    const [before, after] = [dynamodb.OldImage as Item | undefined, dynamodb.NewImage as Item | undefined];
    expect(before).toEqual(table.get(id));
    expect(sameItem(before, after)).toBe(false);
    expect(eventName).toBe(before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY');
    if (after === undefined) table.delete(id);
    else table.set(id, after);
  }
  return table;
}

test('the stream records of concurrent writers rebuild the table, and each old image is the new image before it', async () => {
  await fc.assert(
    fc.asyncProperty(writers, async (concurrent) => {
      const db = await LocalDynamoDb.start({ tables: [requests], limits: AWS_LIMITS, region: REGION });
      await Promise.all(concurrent.map((writes) => run(db, writes)));
      const { records } = db.read(requests.stream.arn, undefined, Infinity);
      const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
      expect(numbers).toEqual([...new Set(numbers)].sort());
      const items = await db.scan('requests');
      expect(replay(records)).toEqual(new Map(items.map((item) => [(item['id'] as { S: string }).S, item])));
      await db.close();
    }),
    { numRuns: 60 },
  );
});
