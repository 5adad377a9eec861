import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ROLLOUT_ID } from '../core/rollout-item';
import { storedRollout, type RolloutStore } from '../core/rollout-store';
import { conditionHolds } from './conditional-write';

/** The rollout and its records, items of the tunnels table: `#rollout`, and `#rollout/2026-01-31T12:00:00.000Z`. */
export function rolloutTable(client: DynamoDBDocumentClient, tableName: string): RolloutStore {
  return {
    async read() {
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { tunnelId: ROLLOUT_ID }, ConsistentRead: true }));
      return storedRollout(Item);
    },

    replace: ({ revision }, item) =>
      conditionHolds(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { tunnelId: ROLLOUT_ID, ...item },
            ...(revision === undefined
              ? { ConditionExpression: 'attribute_not_exists(since)' }
              : { ConditionExpression: 'since = :read', ExpressionAttributeValues: { ':read': revision } }),
          }),
        ),
      ),

    async record(item) {
      const tunnelId = `${ROLLOUT_ID}/${new Date(item.since).toISOString()}`;
      await client.send(new PutCommand({ TableName: tableName, Item: { tunnelId, ...item } }));
    },
  };
}
