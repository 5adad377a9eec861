import { DeleteObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { DeleteCommand, paginateScan, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { conditionHolds } from '../aws/conditional-write';
import type { Connections } from '../aws/connections';
import type { OwnerConnections } from '../core/owner-limits';
import type { OwnerRow } from '../core/owner-rows';
import type { SweepStore, SweptTunnel } from '../core/sweep';
import type { TunnelLeases } from '../core/tunnel';

/** Entries of one row that one run removes, so that an expression stays below 4 KB; the next run removes the others. */
const MAX_REMOVED = 50;

/**
 * The store that `sweep` looks through: both tables, the bodies and `@connections`. The tables are small: pending rows live for
 * seconds, and there are as many tunnels as agents.
 */
export function sweepStore(options: {
  client: DynamoDBDocumentClient;
  connections: Pick<Connections, 'exists'>;
  leases: Pick<TunnelLeases, 'release'>;
  owners: Pick<OwnerConnections, 'close'>;
  pendingRequestsTable: string;
  tunnelsTable: string;
  bodies: S3Client;
  bodyBucket: string;
}): SweepStore {
  const { client, connections, leases, owners, pendingRequestsTable, tunnelsTable, bodies, bodyBucket } = options;

  const removeIfBefore = (table: string, key: Record<string, string>, attribute: string, now: number): Promise<boolean> =>
    conditionHolds(
      client.send(
        new DeleteCommand({
          TableName: table,
          Key: key,
          ConditionExpression: '#time < :now',
          ExpressionAttributeNames: { '#time': attribute },
          ExpressionAttributeValues: { ':now': now },
        }),
      ),
    );

  return {
    async *expiredRequests(now) {
      const pages = paginateScan(
        { client },
        {
          TableName: pendingRequestsTable,
          FilterExpression: 'deadline < :now',
          ProjectionExpression: 'requestId',
          ExpressionAttributeValues: { ':now': now },
        },
      );
      for await (const page of pages) for (const item of page.Items ?? []) yield item['requestId'] as string;
    },
    removeRequest: (requestId, now) => removeIfBefore(pendingRequestsTable, { requestId }, 'deadline', now),

    async *tunnelRows() {
      const pages = paginateScan(
        { client },
        {
          TableName: tunnelsTable,
          // Tunnels have a lease, owners' rows a time at which they are empty. The rollout, its records and the environment have neither.
          FilterExpression: 'attribute_exists(leaseExpiresAt) OR attribute_exists(emptyBy)',
        },
      );
      for await (const page of pages) yield* (page.Items ?? []) as (SweptTunnel | OwnerRow)[];
    },
    removeTunnel: (tunnelId, now) => removeIfBefore(tunnelsTable, { tunnelId }, 'leaseExpiresAt', now),

    removeOwnerRow: ({ tunnelId }, now) => removeIfBefore(tunnelsTable, { tunnelId }, 'emptyBy', now),
    async removeEntries({ tunnelId }, names) {
      const removed = names.slice(0, MAX_REMOVED);
      const removal = new UpdateCommand({
        TableName: tunnelsTable,
        Key: { tunnelId },
        UpdateExpression: `REMOVE ${removed.map((_, i) => `#entry${i}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(tunnelId)',
        ExpressionAttributeNames: Object.fromEntries(removed.map((name, i) => [`#entry${i}`, name])),
      });
      await conditionHolds(client.send(removal));
    },

    async *bodiesBefore(time) {
      for await (const page of paginateListObjectsV2({ client: bodies }, { Bucket: bodyBucket })) {
        for (const { Key, LastModified } of page.Contents ?? []) {
          if (Key !== undefined && LastModified !== undefined && LastModified.getTime() < time) yield Key;
        }
      }
    },
    async removeBody(key) {
      await bodies.send(new DeleteObjectCommand({ Bucket: bodyBucket, Key: key }));
    },

    connectionExists: (connectionId) => connections.exists(connectionId),
    async releaseConnection({ tunnelId, owner, connectionLease = '' }, connectionId, now) {
      await owners.close({ owner, lease: connectionLease });
      return leases.release({ tunnelId, lease: connectionLease }, connectionId, now);
    },
  };
}
