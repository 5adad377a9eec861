import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { MAX_CONNECTION_MS } from '../../protocol';
import type { Tunnel, TunnelLeases, Tunnels } from '../core/tunnel';

/** Tunnels in DynamoDB, key `tunnelId`. */
export function tunnelsTable(client: DynamoDBDocumentClient, tableName: string): Tunnels {
  return {
    async find(tunnelId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { tunnelId }, ConsistentRead: true }),
      );
      return Item && toTunnel(Item);
    },
  };
}

/**
 * Leases in the rows of the tunnels table. A name is leased: `owner`, `lease` (one `$connect`), `leaseExpiresAt` (ms since the
 * epoch); `connectionId` is there while an agent serves it. While connected the lease outlives the longest connection, so
 * that a `$disconnect` that never comes (it is best effort) frees the name all the same.
 */
export function tunnelLeases(client: DynamoDBDocumentClient, tableName: string, leaseGraceMs: number): TunnelLeases {
  const update = (tunnelId: string, change: Omit<UpdateCommandInput, 'TableName' | 'Key'>): Promise<boolean> =>
    succeeds(client.send(new UpdateCommand({ TableName: tableName, Key: { tunnelId }, ...change })));

  return {
    lease: (identity, now) =>
      update(identity.tunnelId, {
        UpdateExpression: 'SET #owner = :owner, #lease = :lease, leaseExpiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(tunnelId) OR #owner = :owner OR leaseExpiresAt < :now',
        ExpressionAttributeNames: { '#owner': 'owner', '#lease': 'lease' },
        ExpressionAttributeValues: {
          ':owner': identity.owner,
          ':lease': identity.lease,
          ':expires': now + MAX_CONNECTION_MS + leaseGraceMs,
          ':now': now,
        },
      }),

    publish: (identity, connectionId, capabilities, now) =>
      update(identity.tunnelId, {
        UpdateExpression: 'SET connectionId = :connection, connectedAt = :now, capabilities = :capabilities',
        ConditionExpression: '#owner = :owner AND #lease = :lease',
        ExpressionAttributeNames: { '#owner': 'owner', '#lease': 'lease' },
        ExpressionAttributeValues: {
          ':connection': connectionId,
          ':capabilities': [...capabilities],
          ':now': now,
          ':owner': identity.owner,
          ':lease': identity.lease,
        },
      }),

    release: (tunnelId, connectionId, now) =>
      update(tunnelId, {
        UpdateExpression: 'SET leaseExpiresAt = :expires REMOVE connectionId',
        ConditionExpression: 'connectionId = :connection',
        ExpressionAttributeValues: { ':expires': now + leaseGraceMs, ':connection': connectionId },
      }),
  };
}

function toTunnel(item: Record<string, unknown>): Tunnel {
  const { tunnelId, owner, connectionId, capabilities } = item;
  return {
    tunnelId: tunnelId as string,
    owner: owner as string,
    ...(typeof connectionId === 'string' && { connectionId }),
    capabilities: Array.isArray(capabilities) ? (capabilities as string[]) : [],
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
