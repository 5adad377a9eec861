import { BatchWriteCommand, DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { StreamRecord } from '../../../emulator/services';
import { startDynamoDb } from '../../support/dynamodb-endpoint';
import type { DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithStream, tableWithoutStream } from '../../support/dynamodb-tables';

const requests = tableWithStream('requests');
const keysOnly = tableWithStream('keys-only', 'KEYS_ONLY');
const newImages = tableWithStream('new-images', 'NEW_IMAGE');
const oldImages = tableWithStream('old-images', 'OLD_IMAGE');
const plain = tableWithoutStream('plain');

let db: DynamoDbFixture;
beforeEach(async () => {
  db = await startDynamoDb([requests, keysOnly, newImages, oldImages, plain]);
});
afterEach(() => db.close());

const put = (TableName: string, Item: object) => db.documents.send(new PutCommand({ TableName, Item: { ...Item } }));
const recordsOf = (table = requests, after?: string): StreamRecord[] => db.dynamodb.read(table.stream.arn, after, 100).records;
const told = (records: StreamRecord[]) =>
  records.map(({ eventName, dynamodb: { OldImage, NewImage } }) => ({ eventName, OldImage, NewImage }));

const NEW = { id: { S: 'a' }, status: { S: 'pending' } };
const COMPLETED = { id: { S: 'a' }, status: { S: 'completed' } };

test('a put, an update and a delete of an item add an INSERT, a MODIFY and a REMOVE record with its images', async () => {
  await put('requests', { id: 'a', status: 'pending' });
  await db.documents.send(
    new UpdateCommand({
      TableName: 'requests',
      Key: { id: 'a' },
      UpdateExpression: 'SET #s = :s',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': 'completed' },
    }),
  );
  await db.documents.send(new DeleteCommand({ TableName: 'requests', Key: { id: 'a' } }));
  expect(told(recordsOf())).toEqual([
    { eventName: 'INSERT', NewImage: NEW },
    { eventName: 'MODIFY', OldImage: NEW, NewImage: COMPLETED },
    { eventName: 'REMOVE', OldImage: COMPLETED },
  ]);
});

test('a stream record has the fields of the event that Lambda gives to a function', async () => {
  await put('requests', { id: 'a', status: 'pending' });
  const [record] = recordsOf();
  expect(record).toEqual({
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-central-1',
    eventSourceARN: requests.stream.arn,
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Number),
      Keys: { id: { S: 'a' } },
      NewImage: NEW,
      SequenceNumber: expect.stringMatching(/^\d{21,}$/),
      SizeBytes: 'ida'.length * 2 + 'statuspending'.length,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
  const created = record!.dynamodb.ApproximateCreationDateTime;
  expect(Number.isInteger(created)).toBe(true);
  expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(10);
});

test.each([
  [keysOnly, {}],
  [newImages, { NewImage: COMPLETED }],
  [oldImages, { OldImage: NEW }],
  [requests, { NewImage: COMPLETED, OldImage: NEW }],
])('a stream record has the images of the view type of its stream (%#)', async (table, images) => {
  await put(table.name, { id: 'a', status: 'pending' });
  await put(table.name, { id: 'a', status: 'completed' });
  const { Keys, NewImage, OldImage } = recordsOf(table)[1]!.dynamodb;
  expect({ Keys, NewImage, OldImage }).toEqual({ Keys: { id: { S: 'a' } }, ...images });
});

test('a write that changes nothing adds no stream record', async () => {
  await put('requests', { id: 'a', names: new Set(['x', 'y']) });
  await put('requests', { id: 'a', names: new Set(['y', 'x']) });
  await db.documents.send(new DeleteCommand({ TableName: 'requests', Key: { id: 'nobody' } }));
  expect(recordsOf()).toHaveLength(1);
});

test('a write that fails its condition or is refused adds no stream record', async () => {
  await put('requests', { id: 'a' });
  const conditional = new PutCommand({
    TableName: 'requests',
    Item: { id: 'a', again: true },
    ConditionExpression: 'attribute_not_exists(id)',
  });
  await expect(db.documents.send(conditional)).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
  });
  await expect(put('requests', { key: 'missing' })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put('requests', { id: 7 })).rejects.toMatchObject({ name: 'ValidationException' });
  expect(recordsOf()).toHaveLength(1);
});

test('each item of a batch write adds its own stream record if its table has a stream', async () => {
  await put('requests', { id: 'gone' });
  await db.documents.send(
    new BatchWriteCommand({
      RequestItems: {
        requests: [
          { PutRequest: { Item: { id: 'a', n: 1 } } },
          { PutRequest: { Item: { id: 'b', n: 2 } } },
          { DeleteRequest: { Key: { id: 'gone' } } },
        ],
        plain: [{ PutRequest: { Item: { id: 'c' } } }],
      },
    }),
  );
  const changes = recordsOf().map(({ eventName, dynamodb }) => [eventName, dynamodb.Keys]);
  expect(changes).toEqual([
    ['INSERT', { id: { S: 'gone' } }],
    ['INSERT', { id: { S: 'a' } }],
    ['INSERT', { id: { S: 'b' } }],
    ['REMOVE', { id: { S: 'gone' } }],
  ]);
  await expect(db.dynamodb.scan('plain')).resolves.toEqual([{ id: { S: 'c' } }]);
});

test('of concurrent conditional updates of one item, only the successful update adds a stream record', async () => {
  await put('requests', { id: 'a', status: 'pending' });
  const complete = (by: number) =>
    db.documents.send(
      new UpdateCommand({
        TableName: 'requests',
        Key: { id: 'a' },
        UpdateExpression: 'SET #s = :completed, winner = :by',
        ConditionExpression: '#s = :pending',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':completed': 'completed', ':pending': 'pending', ':by': by },
        ReturnValues: 'ALL_NEW',
      }),
    );
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, by) => complete(by)));
  const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.Attributes] : []));
  expect(won).toHaveLength(1);
  expect(recordsOf()).toHaveLength(2);
  expect(recordsOf()[1]!.dynamodb.NewImage).toMatchObject({ winner: { N: String(won[0]!['winner']) } });
});

test('read() returns the records after a sequence number, and latest() returns the newest sequence number', async () => {
  expect(db.dynamodb.latest(requests.stream.arn)).toBeUndefined();
  for (const id of ['a', 'b', 'c']) await put('requests', { id });
  const numbers = recordsOf().map(({ dynamodb }) => dynamodb.SequenceNumber);
  expect(numbers).toEqual(numbers.toSorted());
  expect(recordsOf(requests, numbers[0]).map(({ dynamodb }) => dynamodb.Keys)).toEqual([{ id: { S: 'b' } }, { id: { S: 'c' } }]);
  expect(recordsOf(requests, numbers[2])).toEqual([]);
  expect(db.dynamodb.read(requests.stream.arn, undefined, 2).records).toHaveLength(2);
  expect(db.dynamodb.latest(requests.stream.arn)).toBe(numbers[2]);
});

test('a listener gets a record before the write returns, and no record after it unsubscribes', async () => {
  const heard: StreamRecord[] = [];
  const leave = db.dynamodb.onRecord((record) => heard.push(record));
  await put('requests', { id: 'a' });
  expect(heard).toEqual(recordsOf());
  leave();
  await put('requests', { id: 'b' });
  expect(heard).toHaveLength(1);
});

test('a read of an unknown stream throws an error that names the ARN', () => {
  expect(() => db.dynamodb.read(`${plain.arn}/stream/x`, undefined, 1)).toThrow(/table\/plain\/stream\/x not found/);
});
