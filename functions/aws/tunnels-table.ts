import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, UpdateCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { MAX_CONNECTION_MS, type VisitorAccess } from '../../protocol';
import type { LiveShare } from '../core/live-share';
import { ROLLOUT_ID } from '../core/rollout-item';
import type { Tunnel, TunnelLeases, TunnelsAndShare } from '../core/tunnel';
import type { TunnelLoad } from '../core/tunnel-load';

type Row = Record<string, unknown>;

/**
 * Tunnels in DynamoDB, key `tunnelId`, and how busy they are.
 * @param share is brought up to date by look-ups, in the same request as the tunnel, whenever that is due; without it the share is 0
 */
export function tunnelsTable(client: DynamoDBDocumentClient, tableName: string, share?: LiveShare): TunnelsAndShare & TunnelLoad {
  const readTunnel = async (tunnelId: string): Promise<Row | undefined> =>
    (await client.send(new GetCommand({ TableName: tableName, Key: { tunnelId }, ConsistentRead: true }))).Item;

  /** Whatever of it fails, the tunnel is read by itself: a visitor does not pay for the rollout. */
  const readBoth = async (tunnelId: string, due: LiveShare): Promise<Row | undefined> => {
    const both = { Keys: [{ tunnelId }, { tunnelId: ROLLOUT_ID }], ConsistentRead: true };
    const batch = client.send(new BatchGetCommand({ RequestItems: { [tableName]: both } }));
    const reply = await batch.catch((error: unknown) => due.unreadable(error));
    if (!reply) return readTunnel(tunnelId);
    const row = (id: string): Row | undefined => reply.Responses?.[tableName]?.find((item) => item['tunnelId'] === id);
    const isUnread = (id: string): boolean => reply.UnprocessedKeys?.[tableName]?.Keys?.some((key) => key['tunnelId'] === id) ?? false;
    if (isUnread(ROLLOUT_ID)) due.unreadable(new Error('DynamoDB left the rollout item unread'));
    else due.heard(row(ROLLOUT_ID));
    return isUnread(tunnelId) ? readTunnel(tunnelId) : row(tunnelId);
  };

  const find = async (tunnelId: string): Promise<Tunnel | undefined> => {
    const row = await (share?.isDue ? readBoth(tunnelId, share) : readTunnel(tunnelId));
    return row && toTunnel(row);
  };
  const lastPercent = (): number => share?.percent ?? 0;

  return {
    find,
    get lastPercent() {
      return lastPercent();
    },
    lookUp: async (tunnelId) => ({ tunnel: await find(tunnelId), percent: lastPercent() }),

    async add(tunnelId, change) {
      const update = new UpdateCommand({
        TableName: tableName,
        Key: { tunnelId },
        UpdateExpression: 'ADD slowRequests :change',
        // Not to bring back a row that is gone.
        ConditionExpression: 'attribute_exists(tunnelId)',
        ExpressionAttributeValues: { ':change': change },
      });
      await succeeds(client.send(update));
    },
  };
}

export interface LeaseTimes {
  /** How long a lease lasts beyond its connection, in ms. */
  readonly graceMs: number;
  /** How long after it only its last owner may lease the name, in ms; for who leases names. */
  readonly cooldownMs?: number;
}

/**
 * Leases in the rows of the tunnels table. A name is leased: `owner`, `lease` (one `$connect`), `leaseExpiresAt` (ms since the
 * epoch); `connectionId` is there while an agent serves it. While connected the lease outlives the longest connection, so
 * that a `$disconnect` that never comes (it is best effort) frees the name all the same. After it another owner has to wait
 * until the name has cooled down: whoever still calls it would meet a stranger.
 */
export function tunnelLeases(client: DynamoDBDocumentClient, tableName: string, { graceMs, cooldownMs = 0 }: LeaseTimes): TunnelLeases {
  const update = (tunnelId: string, change: Omit<UpdateCommandInput, 'TableName' | 'Key'>): Promise<boolean> =>
    succeeds(client.send(new UpdateCommand({ TableName: tableName, Key: { tunnelId }, ...change })));

  return {
    lease: (identity, now) =>
      update(identity.tunnelId, {
        UpdateExpression: 'SET #owner = :owner, #lease = :lease, leaseExpiresAt = :expires, slowRequests = :none',
        ConditionExpression:
          identity.claim === 'granted' ? 'attribute_not_exists(tunnelId) OR #owner = :owner OR leaseExpiresAt < :cool' : '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner', '#lease': 'lease' },
        ExpressionAttributeValues: {
          ':owner': identity.owner,
          ':lease': identity.lease,
          ':none': 0,
          ':expires': now + MAX_CONNECTION_MS + graceMs,
          ...(identity.claim === 'granted' && { ':cool': now - cooldownMs }),
        },
      }),

    publish: (identity, connectionId, { capabilities, access }, now) =>
      update(identity.tunnelId, {
        // Who may visit changes with who serves: there is no moment in which one is there without the other.
        UpdateExpression:
          'SET connectionId = :connection, connectedAt = :now, capabilities = :capabilities' +
          (access ? ', access = :access' : ' REMOVE access'),
        ConditionExpression: '#owner = :owner AND #lease = :lease',
        ExpressionAttributeNames: { '#owner': 'owner', '#lease': 'lease' },
        ExpressionAttributeValues: {
          ':connection': connectionId,
          ':capabilities': [...capabilities],
          ...(access && { ':access': access }),
          ':now': now,
          ':owner': identity.owner,
          ':lease': identity.lease,
        },
      }),

    release: (tunnelId, connectionId, now) =>
      update(tunnelId, {
        UpdateExpression: 'SET leaseExpiresAt = :expires REMOVE connectionId',
        ConditionExpression: 'connectionId = :connection',
        ExpressionAttributeValues: { ':expires': now + graceMs, ':connection': connectionId },
      }),
  };
}

function toTunnel(item: Row): Tunnel {
  const { tunnelId, owner, connectionId, capabilities, access, slowRequests } = item;
  return {
    tunnelId: tunnelId as string,
    owner: owner as string,
    ...(typeof connectionId === 'string' && { connectionId }),
    capabilities: Array.isArray(capabilities) ? (capabilities as string[]) : [],
    slowRequests: typeof slowRequests === 'number' ? slowRequests : 0,
    ...(access !== undefined && { access: access as VisitorAccess }),
  };
}

/** Whether a conditional write's condition held. @throws every other failure */
async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
