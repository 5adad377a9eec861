import { firstStartIn } from '../../../functions/sweep/first-start';
import { startDynamoDb, type DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';

const TABLE = 'tunnels';

let calls = 0;
let db: DynamoDbFixture;
beforeAll(async () => {
  const key = { hashKey: 'tunnelId', attributes: [{ name: 'tunnelId', type: 'S' as const }] };
  db = await startDynamoDb([tableWithoutStream(TABLE, key)], { intercept: (_, next) => (calls++, next()) });
});
afterAll(() => db.close());

test('the first run of sweep stores its time, and every later run gets that time, also in another execution environment', async () => {
  const first = firstStartIn(db.documents, TABLE);
  expect(await first(1000)).toBe(1000);
  expect(await first(2000)).toBe(1000);
  expect(await firstStartIn(db.documents, TABLE)(3000)).toBe(1000);
  expect(await db.dynamodb.scan(TABLE)).toEqual([{ tunnelId: { S: '#environment' }, firstStartAt: { N: '1000' } }]);
});

test('an execution environment asks for the first start once', async () => {
  const start = firstStartIn(db.documents, TABLE);
  calls = 0;
  for (const now of [1000, 2000, 3000]) await start(now);
  expect(calls).toBe(1);
});

test('two first runs at once agree on one time', async () => {
  const starts = await Promise.all([4000, 5000].map((now) => firstStartIn(db.documents, TABLE)(now)));
  expect(new Set(starts).size).toBe(1);
});
