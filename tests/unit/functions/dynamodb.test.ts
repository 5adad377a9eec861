import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dynamoDb, type DynamoDb } from '../../../functions/aws/dynamodb';
import { startDynamoDb, type DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';
import { listenOnAnyPort } from '../../support/listen';

const TABLE = 'rows';
const Key = { id: 'a' };

describe('a call', () => {
  let db: DynamoDbFixture;
  beforeAll(async () => {
    db = await startDynamoDb([tableWithoutStream(TABLE, { hashKey: 'id', attributes: [{ name: 'id', type: 'S' }] })]);
  });
  afterAll(() => db.close());

  test('stores every kind of value and reads it back, bytes in maps and lists too', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    const row = { ...Key, text: 'ü', number: 1.5, yes: true, nothing: null, bytes, B: 'a name', map: { bytes, list: [bytes, { bytes }] } };
    await db.calls.put({ TableName: TABLE, Item: { ...row, left: undefined } });
    const read = await db.calls.get({ TableName: TABLE, Key, ConsistentRead: true });
    expect(read).toEqual(row);
    expect(Buffer.isBuffer(read?.['bytes'])).toBe(true);
    const { rows, unread } = await db.calls.batchGet(TABLE, { Keys: [Key, { id: 'missing' }] });
    expect([rows, unread]).toEqual([[row], []]);
    expect(await db.calls.delete({ TableName: TABLE, Key, ReturnValues: 'ALL_OLD' })).toEqual(row);
    expect(await db.calls.get({ TableName: TABLE, Key })).toBeUndefined();
  });

  test('whose condition does not hold rejects with the name of that error, after one attempt', async () => {
    const update = { TableName: TABLE, Key, UpdateExpression: 'SET x = :x', ExpressionAttributeValues: { ':x': 1 } };
    await expect(db.calls.update({ ...update, ConditionExpression: 'attribute_exists(id)' })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('a call to a service that fails', () => {
  let server: Server;
  let calls: number;
  let answer: (response: ServerResponse, request: IncomingMessage) => void;
  let client: DynamoDb;
  beforeEach(async () => {
    calls = 0;
    server = createServer((request, response) => {
      calls += 1;
      request.resume().on('end', () => answer(response, request));
    });
    const endpoint = new URL(`http://127.0.0.1:${await listenOnAnyPort(server)}`);
    client = dynamoDb(1500, {
      endpoint,
      region: 'eu-central-1',
      credentials: () => Promise.resolve({ accessKeyId: 'k', secretAccessKey: 's' }),
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const get = (signal?: AbortSignal) => client.get({ TableName: TABLE, Key }, { signal });
  const found = (response: ServerResponse): unknown => response.end('{"Item":{"id":{"S":"a"}}}');

  test('is repeated when there is no answer in time', async () => {
    answer = (response) => void (calls > 1 && found(response));
    expect(await get()).toEqual(Key);
    expect(calls).toBe(2);
  });

  test.each([
    ['the connection is reset', (response: ServerResponse) => response.destroy()],
    ['the service is overloaded', (response: ServerResponse) => response.writeHead(503).end('<html>')],
    [
      'the table is throttled',
      (response: ServerResponse) =>
        response.writeHead(400).end('{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}'),
    ],
  ])('is repeated when %s', async (_, fail) => {
    answer = (response) => void (calls > 1 ? found(response) : fail(response));
    expect(await get()).toEqual(Key);
    expect(calls).toBe(2);
  });

  test('is not repeated when the service refuses it, and the error has the reason', async () => {
    answer = (response) => response.writeHead(400).end('{"__type":"com.amazon.coral.validate#ValidationException","message":"no key"}');
    await expect(get()).rejects.toMatchObject({ name: 'ValidationException', message: 'no key' });
    expect(calls).toBe(1);
  });

  test('ends after four attempts with the last error', async () => {
    answer = (response) => response.writeHead(500).end('{"__type":"InternalServerError"}');
    await expect(get()).rejects.toMatchObject({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
    expect(calls).toBe(4);
  });

  test('ends at once when its signal aborts', async () => {
    const ending = new AbortController();
    answer = () => ending.abort(new Error('the visitor has gone'));
    await expect(get(ending.signal)).rejects.toThrow();
    expect(calls).toBe(1);
  });

  test('that nobody waits for has no time limit', async () => {
    answer = (response) => void setTimeout(() => found(response), 2000);
    await client.delete({ TableName: TABLE, Key }, { isUnawaited: true });
    expect(calls).toBe(1);
  });
});
