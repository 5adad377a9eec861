import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, UpdateCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { MAX_CONNECTION_MS, type VisitorAccess } from '../../protocol';
import type { LiveShare } from '../core/live-share';
import { ROLLOUT_ID } from '../core/rollout-item';
import type { Tunnel, TunnelLeases, TunnelsAndShare } from '../core/tunnel';
import type { TunnelLoad } from '../core/tunnel-load';

type Row = Record<string, unknown>;

/**
 * Tunnels in DynamoDB, key `tunnelId`, and the number of their slow requests.
 * @param share is updated by a look-up when it is due, in the same request as the tunnel; without this parameter the share is 0
 */
export function tunnelsTable(client: DynamoDBDocumentClient, tableName: string, share?: LiveShare): TunnelsAndShare & TunnelLoad {
  const readTunnel = async (tunnelId: string): Promise<Row | undefined> =>
    (await client.send(new GetCommand({ TableName: tableName, Key: { tunnelId }, ConsistentRead: true }))).Item;

  /**
   * Reads the tunnel and the rollout item. If any part of this fails, the tunnel is read alone, so that the rollout never fails a
   * visitor's request.
   */
  const readBoth = async (tunnelId: string, due: LiveShare): Promise<Row | undefined> => {
    const both = { Keys: [{ tunnelId }, { tunnelId: ROLLOUT_ID }], ConsistentRead: true };
    const batch = client.send(new BatchGetCommand({ RequestItems: { [tableName]: both } }));
    const reply = await batch.catch((error: unknown) => due.unreadable(error));
    if (!reply) return readTunnel(tunnelId);
    const row = (id: string): Row | undefined => reply.Responses?.[tableName]?.find((item) => item['tunnelId'] === id);
    const isUnread = (id: string): boolean => reply.UnprocessedKeys?.[tableName]?.Keys?.some((key) => key['tunnelId'] === id) ?? false;
    if (isUnread(ROLLOUT_ID)) due.unreadable(new Error('DynamoDB did not return the rollout item'));
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
        // Without this condition, the update would create a removed row again.
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
  /** How long after the lease only its last owner may lease the name, in ms; only for callers of `lease`. */
  readonly cooldownMs?: number;
}

/**
 * Leases in the rows of the tunnels table. The row of a leased name has `owner`, `lease` (one `$connect`) and `leaseExpiresAt`
 * (ms since the epoch), and `connectionId` while an agent serves the name. The lease outlives the longest possible connection, so
 * that the name becomes free even if `$disconnect` never comes (it is best effort). After the lease, another owner has to wait
 * for the cool-down: visitors who still use the name would reach a stranger's service.
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
        // `access` changes in the same write as `connectionId`, so that neither is ever there without the other.
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
