import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { tunnelLeases } from '../../../functions/aws/tunnel-leases';
import type { AgentIdentity, Announcement } from '../../../functions/core/tunnel';
import { MAX_CONNECTION_MS } from '../../../protocol';
import { startDynamoDb, type DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';

const TABLE = 'tunnels';
const TIMES = { graceMs: 60_000, cooldownMs: 3_600_000 };
const NOW = 1_000_000_000;
/** A lease of a connected agent that said `ready` at `NOW`. */
const FULL_LEASE = NOW + MAX_CONNECTION_MS + TIMES.graceMs;
const READY = { capabilities: [] };

let db: DynamoDbFixture;
let leases: ReturnType<typeof tunnelLeases>;
beforeAll(async () => {
  const key = { hashKey: 'tunnelId', attributes: [{ name: 'tunnelId', type: 'S' as const }] };
  db = await startDynamoDb([tableWithoutStream(TABLE, key)]);
  leases = tunnelLeases(db.calls, TABLE, TIMES);
});
afterAll(() => db.close());
beforeEach(() => db.documents.send(new DeleteCommand({ TableName: TABLE, Key: { tunnelId: 'demo' } })));

const identity = (lease: string, owner = 'ann', claim: AgentIdentity['claim'] = 'granted'): AgentIdentity => ({
  tunnelId: 'demo',
  owner,
  lease,
  claim,
});
const row = async (): Promise<Record<string, unknown> | undefined> =>
  (await db.documents.send(new GetCommand({ TableName: TABLE, Key: { tunnelId: 'demo' } }))).Item;

/** Connects and says `ready`. */
async function serve(lease: string, connectionId: string, now: number): Promise<void> {
  expect(await leases.lease(identity(lease), now)).toBe(true);
  expect(await leases.publish(identity(lease), connectionId, READY, now)).toMatchObject({ isFirst: true });
}

describe('the end of an older connection', () => {
  test('between $connect and ready of the newer connection leaves the newer connection a full lease', async () => {
    await serve('old', 'c-old', NOW - 1000);
    expect(await leases.lease(identity('new'), NOW)).toBe(true);
    await leases.release(identity('old'), 'c-old', NOW);
    expect(await row()).not.toHaveProperty('connectionId');
    expect(await leases.publish(identity('new'), 'c-new', READY, NOW)).toEqual({ isFirst: true });
    expect(await row()).toMatchObject({ connectionId: 'c-new', lease: 'new', leaseExpiresAt: FULL_LEASE });
  });

  test('between $connect and ready of a newer connection leaves the name leased for a minute, in case that ready never comes', async () => {
    await serve('old', 'c-old', NOW - 1000);
    await leases.lease(identity('new'), NOW);
    await leases.release(identity('old'), 'c-old', NOW + 1000);
    expect(await row()).toMatchObject({ lease: 'new', leaseExpiresAt: NOW + 61_000 });
  });

  test('after ready of the newer connection changes nothing', async () => {
    await serve('old', 'c-old', NOW - 1000);
    await serve('new', 'c-new', NOW);
    const before = await row();
    expect(await leases.release(identity('old'), 'c-old', NOW + 1)).toBe(false);
    expect(await row()).toEqual(before);
  });
});

describe('a connection that has said ready', () => {
  test('renews the lease with each ready', async () => {
    await serve('one', 'c1', NOW - 60_000);
    expect(await leases.publish(identity('one'), 'c1', READY, NOW)).toEqual({ isFirst: false });
    expect(await row()).toMatchObject({ leaseExpiresAt: FULL_LEASE });
  });

  test('cuts its lease to the grace period when it ends', async () => {
    await serve('one', 'c1', NOW);
    expect(await leases.release(identity('one'), 'c1', NOW)).toBe(true);
    expect(await row()).toMatchObject({ leaseExpiresAt: NOW + TIMES.graceMs });
    expect(await row()).not.toHaveProperty('connectionId');
  });

  test('cannot say ready after its end, when its messages are handled late', async () => {
    await serve('one', 'c1', NOW);
    await leases.release(identity('one'), 'c1', NOW);
    expect(await leases.publish(identity('one'), 'c1', READY, NOW)).toBeUndefined();
    expect(await row()).not.toHaveProperty('connectionId');
  });

  test('cannot say ready again after a newer $connect of its owner', async () => {
    await serve('old', 'c-old', NOW);
    await leases.lease(identity('new'), NOW);
    expect(await leases.publish(identity('old'), 'c-old', READY, NOW)).toBeUndefined();
  });
});

describe('the ready of a connection', () => {
  const ANN = { capabilities: ['notices'], agentId: 'a1' };
  const publish = async (lease: string, connectionId: string, announced: Announcement) => {
    await leases.lease(identity(lease), NOW);
    return leases.publish(identity(lease), connectionId, announced, NOW);
  };

  test('returns the connection that it replaces, with its agent and the capabilities', async () => {
    await publish('one', 'c1', ANN);
    expect(await publish('two', 'c2', READY)).toEqual({ isFirst: true, replaced: { connectionId: 'c1', ...ANN } });
    expect(await publish('three', 'c3', ANN)).toEqual({ isFirst: true, replaced: { connectionId: 'c2', capabilities: [] } });
    expect(await row()).toMatchObject({ connectionId: 'c3', agentId: 'a1' });
  });

  test('returns no connection when it is the first one, is repeated, or follows a connection that has ended', async () => {
    expect(await publish('one', 'c1', ANN)).toEqual({ isFirst: true });
    expect(await leases.publish(identity('one'), 'c1', ANN, NOW)).toEqual({ isFirst: false });
    await leases.release(identity('one'), 'c1', NOW);
    expect(await publish('two', 'c2', ANN)).toEqual({ isFirst: true });
  });

  test('removes what only the agent of the replaced connection has announced', async () => {
    await publish('one', 'c1', { ...ANN, access: { salt: 's', tokens: ['t'] } });
    await publish('two', 'c2', READY);
    expect(await row()).not.toHaveProperty('agentId');
    expect(await row()).not.toHaveProperty('access');
  });
});

describe('a connection that never says ready', () => {
  test('can no longer say ready after a minute', async () => {
    await leases.lease(identity('silent'), NOW);
    expect(await leases.publish(identity('silent'), 'c1', READY, NOW + 60_001)).toBeUndefined();
    expect(await leases.publish(identity('silent'), 'c1', READY, NOW + 60_000)).toEqual({ isFirst: true });
  });

  test('gives a new name back when it ends, for every owner', async () => {
    await leases.lease(identity('silent'), NOW);
    await leases.release(identity('silent'), 'c1', NOW);
    expect(await leases.lease(identity('other', 'eve'), NOW)).toBe(true);
  });

  test('holds a new name for at most one minute and the cool-down, even if its end is never reported', async () => {
    await leases.lease(identity('silent'), NOW);
    expect(await row()).toMatchObject({ leaseExpiresAt: NOW + 60_000 });
  });

  test('leaves the name and its lease to the older connection that serves it', async () => {
    await serve('old', 'c-old', NOW);
    await leases.lease(identity('silent'), NOW + 1000);
    await leases.release(identity('silent'), 'c-silent', NOW + 2000);
    expect(await row()).toMatchObject({ connectionId: 'c-old', lease: 'old', leaseExpiresAt: FULL_LEASE });
    expect(await leases.publish(identity('old'), 'c-old', READY, NOW + 3000)).toEqual({ isFirst: false });
  });

  test('does not extend the grace period of a name', async () => {
    await serve('old', 'c-old', NOW);
    await leases.release(identity('old'), 'c-old', NOW);
    for (const lease of ['a', 'b', 'c']) {
      await leases.lease(identity(lease), NOW);
      await leases.release(identity(lease), `c-${lease}`, NOW);
    }
    expect(await row()).toMatchObject({ leaseExpiresAt: NOW + TIMES.graceMs });
  });
});

describe('the name of a tunnel', () => {
  test('is refused to another owner while it is leased, and until the cool-down is over', async () => {
    await serve('one', 'c1', NOW);
    await leases.release(identity('one'), 'c1', NOW);
    const over = NOW + TIMES.graceMs + TIMES.cooldownMs;
    expect(await leases.lease(identity('eve', 'eve'), over)).toBe(false);
    expect(await leases.lease(identity('eve', 'eve'), over + 1)).toBe(true);
  });

  test('is refused to a token that does not grant the name, unless its owner holds the name', async () => {
    expect(await leases.lease(identity('held', 'ann', 'held'), NOW)).toBe(false);
    await serve('one', 'c1', NOW);
    expect(await leases.lease(identity('held', 'ann', 'held'), NOW)).toBe(true);
    expect(await leases.lease(identity('held', 'eve', 'held'), NOW)).toBe(false);
  });
});
