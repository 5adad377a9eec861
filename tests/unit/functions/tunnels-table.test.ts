import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { tunnelsTable } from '../../../functions/aws/tunnels-table';
import { LiveShare } from '../../../functions/core/live-share';
import { AwsError, type Interceptor } from '../../../emulator/services';
import { startDynamoDb, type DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';
import { rolloutItem } from '../../support/rollout-items';

const TABLE = 'tunnels';
const CACHE_MS = 5000;
/** The entries of the row of requests in flight. One of older code has no weight. */
const ARRIVALS = [
  { arrivedAt: 7, weight: 8 },
  { arrivedAt: 6, weight: 1 },
];

let calls: string[] = [];
let interfere: Interceptor = (_, next) => next();
let db: DynamoDbFixture;
beforeAll(async () => {
  const key = { hashKey: 'tunnelId', attributes: [{ name: 'tunnelId', type: 'S' as const }] };
  db = await startDynamoDb([tableWithoutStream(TABLE, key)], {
    intercept: (call, next) => {
      calls.push(call.operation);
      return interfere(call, next);
    },
  });
  const put = (Item: Record<string, unknown>) => db.documents.send(new PutCommand({ TableName: TABLE, Item }));
  await put({ tunnelId: 'demo', owner: 'ann', connectionId: 'c1' });
  await put({ tunnelId: '#rollout', ...rolloutItem({ percent: 25 }) });
});
afterAll(() => db.close());

function lookUp() {
  calls = [];
  interfere = (_, next) => next();
  let now = 1_000_000;
  const unreadable: string[] = [];
  const share = new LiveShare({
    initialPercent: 90,
    cacheMs: CACHE_MS,
    staleMs: 60_000,
    now: () => now,
    onUnreadable: (reason) => unreadable.push((reason as Error).message),
  });
  const tunnels = tunnelsTable(db.calls, TABLE, { share, onUnreadable: (error) => unreadable.push((error as Error).message) });
  return { share, unreadable, tunnels, pass: (ms: number) => (now += ms) };
}

/** Answers as DynamoDB does if there was no time to read some keys. */
const leavingUnread =
  (...ids: string[]): Interceptor =>
  async (call, next) => {
    const reply = await next();
    if (call.operation !== 'BatchGetItem') return reply;
    const body = JSON.parse(reply.body.toString()) as { Responses: Record<string, { tunnelId: { S: string } }[]> };
    const Responses = { [TABLE]: (body.Responses[TABLE] ?? []).filter((item) => !ids.includes(item.tunnelId.S)) };
    const UnprocessedKeys = { [TABLE]: { Keys: ids.map((id) => ({ tunnelId: { S: id } })), ConsistentRead: true } };
    return { ...reply, body: Buffer.from(JSON.stringify({ Responses, UnprocessedKeys })) };
  };

test('find() reads tunnel and rollout item in one call, then the tunnel alone until the cache time of 5 s has passed', async () => {
  const { tunnels, share, pass } = lookUp();
  expect(await tunnels.find('demo')).toMatchObject({ owner: 'ann', connectionId: 'c1' });
  expect(share.percent).toBe(25);
  await tunnels.find('demo');
  pass(CACHE_MS);
  await tunnels.find('demo');
  expect(calls).toEqual(['BatchGetItem', 'GetItem', 'BatchGetItem']);
});

test('find() of an unknown tunnel makes only one call', async () => {
  const { tunnels } = lookUp();
  expect(await tunnels.find('nobody')).toBeUndefined();
  expect(calls).toEqual(['BatchGetItem']);
});

test('find() reads tunnel and rollout item with strong consistency', async () => {
  const { tunnels } = lookUp();
  const inputs: unknown[] = [];
  interfere = (call, next) => {
    inputs.push(call.input);
    return next();
  };
  await tunnels.find('demo');
  expect(inputs).toEqual([expect.objectContaining({ RequestItems: { [TABLE]: expect.objectContaining({ ConsistentRead: true }) } })]);
});

test('a tunnel that BatchGetItem leaves unprocessed is read with GetItem', async () => {
  const { tunnels, share } = lookUp();
  interfere = leavingUnread('demo');
  expect(await tunnels.find('demo')).toMatchObject({ owner: 'ann' });
  expect(calls).toEqual(['BatchGetItem', 'GetItem']);
  expect(share.percent).toBe(25);
});

test('a rollout item that BatchGetItem leaves unprocessed is not read again, and the share is 0 %', async () => {
  const { tunnels, share, unreadable } = lookUp();
  interfere = leavingUnread('#rollout');
  expect(await tunnels.find('demo')).toMatchObject({ owner: 'ann' });
  expect(calls).toEqual(['BatchGetItem']);
  expect(unreadable).toEqual(['DynamoDB did not return the rollout item']);
  expect(share.percent).toBe(0);
});

test('if BatchGetItem fails, find() returns the tunnel from GetItem, and the rollout share is 0 %', async () => {
  const { tunnels, share, unreadable } = lookUp();
  interfere = (call, next) =>
    call.operation === 'BatchGetItem' ? Promise.reject(new AwsError(400, 'AccessDeniedException', 'not allowed')) : next();
  expect(await tunnels.find('demo')).toMatchObject({ owner: 'ann' });
  expect(unreadable).toEqual(['not allowed']);
  expect(share.percent).toBe(0);
});

test('BatchGetItem and GetItem both return the access rules', async () => {
  const access = { salt: 'AAAAAAAAAAAAAAAAAAAAAA==', cidrs: ['192.0.2.0/24'] };
  await db.documents.send(new PutCommand({ TableName: TABLE, Item: { tunnelId: 'closed', owner: 'ann', access } }));
  const { tunnels } = lookUp();
  for (let read = 0; read < 2; read++) expect(await tunnels.find('closed')).toMatchObject({ access });
  expect(calls).toEqual(['BatchGetItem', 'GetItem']);
});

describe("lookUp() returns the requests in flight of the tunnel's owner", () => {
  beforeAll(() =>
    db.documents.send(new PutCommand({ TableName: TABLE, Item: { tunnelId: '#in-flight/ann', emptyBy: 9, 'e:8:one': 7, 'e:two': 6 } })),
  );

  test('with a second call for an unknown tunnel, and in the same call afterwards', async () => {
    const { tunnels } = lookUp();
    expect(await tunnels.lookUp('demo')).toMatchObject({ tunnel: { owner: 'ann' }, arrivals: ARRIVALS, percent: 25 });
    expect(calls).toEqual(['BatchGetItem', 'GetItem']);
    calls = [];
    expect(await tunnels.lookUp('demo')).toMatchObject({ tunnel: { owner: 'ann' }, arrivals: ARRIVALS, percent: 25 });
    expect(calls).toEqual(['BatchGetItem']);
  });

  test('and those of the new owner, when the tunnel has changed hands', async () => {
    const change = (owner: string) => db.documents.send(new PutCommand({ TableName: TABLE, Item: { tunnelId: 'changing', owner } }));
    const { tunnels } = lookUp();
    await change('ann');
    expect((await tunnels.lookUp('changing')).arrivals).toEqual(ARRIVALS);
    await change('bea');
    expect(await tunnels.lookUp('changing')).toMatchObject({ tunnel: { owner: 'bea' }, arrivals: [] });
  });

  test('or none, when they cannot be read', async () => {
    const { tunnels, unreadable, share } = lookUp();
    await tunnels.lookUp('demo');
    interfere = (call, next) =>
      JSON.stringify(call.input).includes('#in-flight')
        ? Promise.reject(new AwsError(400, 'AccessDeniedException', 'not allowed'))
        : next();
    expect(await tunnels.lookUp('demo')).toMatchObject({ tunnel: { owner: 'ann' }, arrivals: [] });
    expect(unreadable).toEqual(['not allowed']);
    expect(share.percent).toBe(25);
  });
});
