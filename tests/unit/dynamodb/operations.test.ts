import { PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '../../support/dynamodb-endpoint';
import type { DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithStream, tableWithoutStream } from '../../support/dynamodb-tables';

const RANGED = {
  rangeKey: 'at',
  attributes: [
    { name: 'id', type: 'S' },
    { name: 'at', type: 'N' },
    { name: 'of no key', type: 'S' },
  ],
} as const;

let db: DynamoDbFixture;
beforeAll(async () => {
  db = await startDynamoDb([tableWithStream('streamed'), tableWithoutStream('plain'), tableWithoutStream('ranged', RANGED)]);
});
afterAll(() => db.close());

const both = ['streamed', 'plain'];

test.each(both)('a value of every type is read as it was written (table %s)', async (TableName) => {
  const Item = {
    id: 'types',
    text: 'ü€😀',
    empty: '',
    number: -1.5e-7,
    large: 9007199254740991,
    bytes: Buffer.from([0, 1, 254, 255]),
    yes: true,
    nothing: null,
    list: [1, ['two'], {}],
    map: { deep: { deeper: 'x' } },
    texts: new Set(['a', 'b']),
    numbers: new Set([1, 2]),
  };
  await db.documents.send(new PutCommand({ TableName, Item }));
  const read = await db.documents.send(new GetCommand({ TableName, Key: { id: 'types' }, ConsistentRead: true }));
  expect({ ...read.Item, bytes: Buffer.from(read.Item!['bytes'] as Uint8Array) }).toEqual(Item);
});

test('a number keeps 38 digits and loses leading and trailing zeros', async () => {
  const Item = {
    id: { S: 'digits' },
    long: { N: '12345678901234567890123456789012345678' },
    padded: { N: '01.50' },
  };
  await db.client.send(new PutItemCommand({ TableName: 'streamed', Item }));
  const items = await db.dynamodb.scan('streamed');
  expect(items).toContainEqual({ ...Item, padded: { N: '1.5' } });
});

test.each(both)('a failed condition returns the existing item only if the request asks for it (table %s)', async (TableName) => {
  await db.documents.send(new PutCommand({ TableName, Item: { id: 'taken', owner: 'first' } }));
  const Key = { id: 'taken' };
  const condition = {
    TableName,
    ConditionExpression: '#owner = :me',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':me': 'second' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
  const failure = {
    name: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
    Item: { id: { S: 'taken' }, owner: { S: 'first' } },
  };
  const put = db.documents.send(new PutCommand({ ...condition, Item: { id: 'taken' } }));
  await expect(put).rejects.toMatchObject(failure);
  const update = db.documents.send(new UpdateCommand({ ...condition, Key, UpdateExpression: 'SET seen = :me' }));
  await expect(update).rejects.toMatchObject(failure);
  const remove = db.documents.send(new DeleteCommand({ ...condition, Key }));
  await expect(remove).rejects.toMatchObject(failure);
  const silent = new DeleteCommand({ ...condition, Key, ReturnValuesOnConditionCheckFailure: 'NONE' });
  await expect(db.documents.send(silent)).rejects.toMatchObject({ ...failure, Item: undefined });
});

test('a failed condition on an item that does not exist returns no item', async () => {
  const update = new UpdateCommand({
    TableName: 'streamed',
    Key: { id: 'missing' },
    UpdateExpression: 'SET seen = :yes',
    ConditionExpression: 'attribute_exists(id)',
    ExpressionAttributeValues: { ':yes': true },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  await expect(db.documents.send(update)).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item: undefined,
  });
});

test.each(both)('an update and a delete return the attributes that ReturnValues asks for (table %s)', async (TableName) => {
  await db.documents.send(new PutCommand({ TableName, Item: { id: 'returns', a: 1, b: 1 } }));
  const update = async (ReturnValues: 'ALL_OLD' | 'ALL_NEW' | 'UPDATED_OLD' | 'UPDATED_NEW' | 'NONE') => {
    const { Attributes } = await db.documents.send(
      new UpdateCommand({
        TableName,
        Key: { id: 'returns' },
        UpdateExpression: 'SET a = a + :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues,
      }),
    );
    return Attributes;
  };
  expect(await update('NONE')).toBeUndefined();
  expect(await update('ALL_OLD')).toEqual({ id: 'returns', a: 2, b: 1 });
  expect(await update('ALL_NEW')).toEqual({ id: 'returns', a: 4, b: 1 });
  expect(await update('UPDATED_OLD')).toEqual({ a: 4 });
  expect(await update('UPDATED_NEW')).toEqual({ a: 6 });
  const { Attributes } = await db.documents.send(new DeleteCommand({ TableName, Key: { id: 'returns' }, ReturnValues: 'ALL_OLD' }));
  expect(Attributes).toEqual({ id: 'returns', a: 6, b: 1 });
});

test('each operation returns its consumed capacity if the request asks for it', async () => {
  const TableName = 'streamed';
  const ReturnConsumedCapacity = 'TOTAL';
  const Key = { id: 'large' };
  const Item = { ...Key, text: 'x'.repeat(5000) };
  const units = async (sent: Promise<{ ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[] }>) =>
    [(await sent).ConsumedCapacity].flat().map((capacity) => capacity?.CapacityUnits);
  const { documents } = db;
  expect(await units(documents.send(new PutCommand({ TableName, Item, ReturnConsumedCapacity })))).toEqual([5]);
  expect(await units(documents.send(new GetCommand({ TableName, Key, ReturnConsumedCapacity })))).toEqual([1]);
  expect(await units(documents.send(new GetCommand({ TableName, Key, ReturnConsumedCapacity, ConsistentRead: true })))).toEqual([2]);
  expect(await units(documents.send(new BatchGetCommand({ RequestItems: { streamed: { Keys: [Key] } }, ReturnConsumedCapacity })))).toEqual(
    [1],
  );
  const UpdateExpression = 'SET another = :x';
  const ExpressionAttributeValues = { ':x': 'x' };
  expect(
    await units(
      documents.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression,
          ExpressionAttributeValues,
          ReturnConsumedCapacity,
        }),
      ),
    ),
  ).toEqual([5]);
  expect(await units(documents.send(new DeleteCommand({ TableName, Key, ReturnConsumedCapacity })))).toEqual([5]);
});

test('an item above 400 KB is refused with the ValidationException of DynamoDB', async () => {
  const Item = { id: 'huge', text: 'x'.repeat(400 * 1024) };
  await expect(db.documents.send(new PutCommand({ TableName: 'streamed', Item }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Item size has exceeded the maximum allowed size',
  });
});

describe('an update with a condition of functions, paths and logical operators', () => {
  const Item = { id: 'rich', n: 5, profile: { label: 'prefix-x' }, tags: new Set(['a', 'b']) };
  const update = (ConditionExpression: string) =>
    db.documents.send(
      new UpdateCommand({
        TableName: 'streamed',
        Key: { id: 'rich' },
        UpdateExpression: 'SET profile.seen = :yes REMOVE gone ADD visits :one DELETE tags :b',
        ConditionExpression,
        ExpressionAttributeValues: {
          ':yes': true,
          ':one': 1,
          ':ten': 10,
          ':a': 'a',
          ':b': new Set(['b']),
          ':p': 'prefix',
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
  const holds =
    'begins_with(profile.label, :p) AND contains(tags, :a) AND (n BETWEEN :one AND :ten OR n IN (:ten)) AND size(profile) = :one';
  beforeEach(() => db.documents.send(new PutCommand({ TableName: 'streamed', Item })));

  test('is done if the condition is true', async () => {
    const { Attributes } = await update(holds);
    expect(Attributes).toEqual({
      ...Item,
      profile: { label: 'prefix-x', seen: true },
      tags: new Set(['a']),
      visits: 1,
    });
  });

  test('is refused if the condition is false', async () => {
    await expect(update(`NOT (${holds})`)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });
});

test('a query returns items in the order of the range key, page by page, and a scan counts all items', async () => {
  const TableName = 'ranged';
  const requests = [3, 1, 10, 2].map((at) => ({ PutRequest: { Item: { id: 'a', at } } }));
  await db.documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
  const query = {
    TableName,
    KeyConditionExpression: 'id = :id AND #at > :from',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':id': 'a', ':from': 1 },
  };
  const first = await db.documents.send(new QueryCommand({ ...query, Limit: 2 }));
  expect(first.Items).toEqual([
    { id: 'a', at: 2 },
    { id: 'a', at: 3 },
  ]);
  const rest = await db.documents.send(new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }));
  expect(rest.Items).toEqual([{ id: 'a', at: 10 }]);
  const scanned = await db.documents.send(new ScanCommand({ TableName, Select: 'COUNT' }));
  expect(scanned.Count).toBe(4);
});

test('a read or a write of a table that the stack does not have gets ResourceNotFoundException', async () => {
  const read = new GetCommand({ TableName: 'nowhere', Key: { id: 'a' } });
  await expect(db.documents.send(read)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const write = new PutCommand({ TableName: 'nowhere', Item: { id: 'a' } });
  await expect(db.documents.send(write)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a transaction is refused with UnknownOperationException and writes nothing', async () => {
  const Item = { id: { S: 'in a transaction' } };
  const transaction = new TransactWriteItemsCommand({
    TransactItems: [{ Put: { TableName: 'plain', Item } }],
  });
  await expect(db.client.send(transaction)).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: expect.stringMatching(/dynamodb:TransactWriteItems is not emulated by the local cloud/) as string,
  });
  expect(await db.dynamodb.scan('plain')).not.toContainEqual(Item);
});
