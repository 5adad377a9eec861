import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { AWS_LIMITS } from '../../../emulator/limits';
import { startDynamoDb } from '../../support/dynamodb-endpoint';
import type { DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithStream, tableWithoutStream } from '../../support/dynamodb-tables';

const NOW_S = 1_800_000_000;
const YEAR_S = 365 * 24 * 60 * 60;
const requests = tableWithStream('requests', 'NEW_AND_OLD_IMAGES', { ttlAttribute: 'expiresAt' });
const forever = tableWithoutStream('forever');

let db: DynamoDbFixture;
afterEach(() => db.close());

const put = (TableName: string, id: string, expiresAt: { N: string } | { S: string }) =>
  db.client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, expiresAt } }));
const idsIn = async (table: string) => (await db.dynamodb.scan(table)).map(({ id }) => (id as { S: string }).S).sort();

test('a sweep removes expired items, but keeps items whose time is now or later, over five years ago, or no number', async () => {
  db = await startDynamoDb([requests, forever], { clock: () => NOW_S * 1000 });
  await put('requests', 'expired', { N: String(NOW_S - 1) });
  await put('requests', 'expires now', { N: String(NOW_S) });
  await put('requests', 'later', { N: String(NOW_S + 1) });
  await put('requests', 'ancient', { N: String(NOW_S - 6 * YEAR_S) });
  await put('requests', 'text', { S: String(NOW_S - 1) });
  await put('forever', 'expired', { N: String(NOW_S - 1) });
  expect(await db.dynamodb.sweepExpired()).toBe(1);
  expect(await idsIn('requests')).toEqual(['ancient', 'expires now', 'later', 'text']);
  expect(await idsIn('forever')).toEqual(['expired']);
});

test('the removal of an expired item adds a REMOVE record with the identity of the DynamoDB service', async () => {
  db = await startDynamoDb([requests], { clock: () => NOW_S * 1000 });
  await put('requests', 'expired', { N: String(NOW_S - 1) });
  await db.dynamodb.sweepExpired();
  const [insert, remove] = db.dynamodb.read(requests.stream.arn, undefined, 10).records;
  expect(insert).not.toHaveProperty('userIdentity');
  expect(remove).toMatchObject({
    eventName: 'REMOVE',
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
    dynamodb: {
      Keys: { id: { S: 'expired' } },
      OldImage: { id: { S: 'expired' }, expiresAt: { N: String(NOW_S - 1) } },
    },
  });
});

test('the time-to-live sweep runs periodically without a call of sweepExpired()', async () => {
  const limits = { ...AWS_LIMITS, dynamodb: { ...AWS_LIMITS.dynamodb, ttlSweepMs: 20 } };
  db = await startDynamoDb([requests], { limits });
  const removed = new Promise((resolve) => {
    db.dynamodb.onRecord(({ eventName }) => {
      if (eventName === 'REMOVE') resolve(eventName);
    });
  });
  await put('requests', 'expired', { N: String(Math.floor(Date.now() / 1000) - 10) });
  await expect(removed).resolves.toBe('REMOVE');
});

test('a sweep removes expired items from all pages of a large table', async () => {
  db = await startDynamoDb([requests], { clock: () => NOW_S * 1000 });
  const padding = { S: 'x'.repeat(300 * 1024) };
  for (let i = 0; i < 8; i++) {
    const Item = { id: { S: `item ${i}` }, padding, expiresAt: { N: String(NOW_S - 1) } };
    await db.client.send(new PutItemCommand({ TableName: 'requests', Item }));
  }
  expect(await db.dynamodb.sweepExpired()).toBe(8);
  expect(await idsIn('requests')).toEqual([]);
});
