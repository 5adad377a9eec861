import { DeleteObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { DeleteCommand, paginateScan, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { conditionHolds } from '../aws/conditional-write';
import { connectionExists } from '../aws/connections';
import { ROLLOUT_ID } from '../core/rollout-item';
import type { SweepStore, SweptTunnel } from '../core/sweep';
import type { TunnelLeases } from '../core/tunnel';

/**
 * The store that `sweep` looks through: both tables, the bodies and `@connections`. The tables are small: pending rows live for
 * seconds, and there are as many tunnels as agents.
 */
export function sweepStore(options: {
  client: DynamoDBDocumentClient;
  connections: ApiGatewayManagementApiClient;
  leases: Pick<TunnelLeases, 'release'>;
  pendingRequestsTable: string;
  tunnelsTable: string;
  bodies: S3Client;
  bodyBucket: string;
}): SweepStore {
  const { client, connections, leases, pendingRequestsTable, tunnelsTable, bodies, bodyBucket } = options;

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

    async *tunnels() {
      const pages = paginateScan(
        { client },
        {
          TableName: tunnelsTable,
          // The rollout and its records are no tunnels.
          FilterExpression: 'NOT begins_with(tunnelId, :rollout)',
          ProjectionExpression: 'tunnelId, connectionId, connectionLease, leaseExpiresAt',
          ExpressionAttributeValues: { ':rollout': ROLLOUT_ID },
        },
      );
      for await (const page of pages) {
        yield* (page.Items ?? []) as SweptTunnel[];
      }
    },
    removeTunnel: (tunnelId, now) => removeIfBefore(tunnelsTable, { tunnelId }, 'leaseExpiresAt', now),

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

    connectionExists: (connectionId) => connectionExists(connections, connectionId),
    releaseConnection: ({ tunnelId, connectionLease = '' }, connectionId, now) =>
      leases.release({ tunnelId, lease: connectionLease }, connectionId, now),
  };
}
