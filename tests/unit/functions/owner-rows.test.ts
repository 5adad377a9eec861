import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { inFlightRows } from '../../../functions/aws/in-flight-rows';
import { ownerConnections } from '../../../functions/aws/owner-connections';
import type { AgentIdentity } from '../../../functions/core/tunnel';
import { maxConnects } from '../../../functions/core/owner-limits';
import { MAX_CONNECTION_MS } from '../../../protocol';
import { startDynamoDb, type DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';
import { eventually } from '../../support/eventually';

const TABLE = 'tunnels';
const NOW = 1_000_000_000;
const MAX_TUNNELS = 3;

let db: DynamoDbFixture;
const calls: string[] = [];
beforeAll(async () => {
  const key = { hashKey: 'tunnelId', attributes: [{ name: 'tunnelId', type: 'S' as const }] };
  db = await startDynamoDb([tableWithoutStream(TABLE, key)], { intercept: (call, next) => (calls.push(call.operation), next()) });
});
afterAll(() => db.close());

const row = async (tunnelId: string): Promise<Record<string, unknown> | undefined> =>
  (await db.documents.send(new GetCommand({ TableName: TABLE, Key: { tunnelId } }))).Item;
const remove = (tunnelId: string) => db.documents.send(new DeleteCommand({ TableName: TABLE, Key: { tunnelId } }));

describe("an owner's connections", () => {
  const KEY = '#connections/ann';
  beforeEach(() => remove(KEY));
  const owners = () => ownerConnections(db.calls, TABLE, MAX_TUNNELS);
  const connection = (lease: string, tunnelId = lease): AgentIdentity => ({ owner: 'ann', tunnelId, lease, claim: 'granted' });
  const openAll = async (...leases: string[]): Promise<void> => {
    for (const lease of leases) expect(await owners().open(connection(lease), NOW)).toBeUndefined();
  };

  test('are refused above the limit of tunnels, until one of them ends', async () => {
    await openAll('a', 'b', 'c');
    expect(await owners().open(connection('d'), NOW)).toContain('have 3 tunnels already');
    await owners().close(connection('b'));
    expect(await owners().open(connection('d'), NOW)).toBeUndefined();
  });

  test('of one tunnel count as one tunnel', async () => {
    await openAll('a', 'b', 'c');
    expect(await owners().open(connection('c-newer', 'c'), NOW)).toBeUndefined();
  });

  test('of another owner do not count', async () => {
    await openAll('a', 'b', 'c');
    expect(await owners().open({ ...connection('d'), owner: 'bea' }, NOW)).toBeUndefined();
  });

  test('that open at the same time are never more than the limit', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, (_, i) => owners().open(connection(`c${i}`), NOW)));
    expect(results.filter((refusal) => refusal === undefined).length).toBeLessThanOrEqual(MAX_TUNNELS);
    const entries = Object.keys((await row(KEY)) ?? {}).filter((name) => name.startsWith('e:'));
    expect(entries.length).toBeLessThanOrEqual(MAX_TUNNELS);
  });

  test('count for a minute if they are never used, and until their end at the latest if they are', async () => {
    await openAll('a', 'b', 'c');
    await owners().use(connection('a'), NOW);
    expect(await owners().open(connection('d'), NOW + 60_001)).toBeUndefined();
    expect(await owners().open(connection('e'), NOW + 60_001)).toBeUndefined();
    expect(await owners().open(connection('f'), NOW + 60_001)).toContain('3 tunnels');
    expect(await owners().open(connection('f'), NOW + MAX_CONNECTION_MS + 1)).toBeUndefined();
  });

  test('that have ended are not counted again by a late ready', async () => {
    await openAll('a', 'b', 'c');
    await owners().close(connection('c'));
    await owners().use(connection('c'), NOW);
    expect(await owners().open(connection('d'), NOW)).toBeUndefined();
  });

  test('that open again and again are refused for the rest of the minute, without a write', async () => {
    for (let i = 0; i < maxConnects(MAX_TUNNELS); i++) {
      await openAll(`loop-${i}`);
      await owners().close(connection(`loop-${i}`));
    }
    calls.length = 0;
    expect(await owners().open(connection('again'), NOW)).toContain('connect again in a minute');
    expect(calls).toEqual(['GetItem']);
    expect(await owners().open(connection('again'), NOW + 60_000)).toBeUndefined();
  });

  test('are refused for a minute after one of them was closed for its messages', async () => {
    await owners().refuse('ann', NOW);
    expect(await owners().open(connection('a'), NOW + 1)).toContain('connect again in 60 s');
    expect(await owners().open(connection('a'), NOW + 60_000)).toBeUndefined();
  });
});

describe("an owner's requests in flight", () => {
  const KEY = '#in-flight/ann';
  const REQUEST = { owner: 'ann', requestId: '0fd44d12-6f3c-4d0b-9d3b-0b6f3d1f7f5a', arrivedAt: NOW };
  const failures: unknown[] = [];
  const inFlight = () => inFlightRows(db.calls, TABLE, 28_000, (...failure) => failures.push(failure));
  beforeEach(() => remove(KEY));

  test('are one entry each, whatever write is repeated', async () => {
    for (let i = 0; i < 2; i++) await inFlight().enter(REQUEST, 8);
    expect(await row(KEY)).toEqual({ tunnelId: KEY, 'e:8:0fd44d12-6f3c': NOW, emptyBy: NOW + 28_000 });
    for (let i = 0; i < 2; i++) await inFlight().leave(REQUEST, 8);
    await eventually(async () => expect(await row(KEY)).toEqual({ tunnelId: KEY, emptyBy: NOW + 28_000 }));
  });

  test('leave the entries of other requests alone', async () => {
    await db.documents.send(new PutCommand({ TableName: TABLE, Item: { tunnelId: KEY, emptyBy: 0, 'e:other': 7 } }));
    await inFlight().enter(REQUEST, 8);
    await inFlight().leave(REQUEST, 8);
    await eventually(async () => expect(await row(KEY)).toEqual({ tunnelId: KEY, 'e:other': 7, emptyBy: NOW + 28_000 }));
  });

  test('create no row when they leave after the row was removed', async () => {
    await inFlight().leave(REQUEST, 8);
    await inFlight().enter({ ...REQUEST, owner: 'bea' }, 8);
    expect([await row(KEY), failures]).toEqual([undefined, []]);
  });
});
