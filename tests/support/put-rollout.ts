import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { FORWARD_REQUEST } from './dynamodb-endpoint';
import { tableOf, type CloudUnderTest } from './tunnel';

/** Writes the rollout item, or an invalid item in its place, without a check by IAM. */
export async function putRollout({ cloud }: CloudUnderTest, item: object): Promise<void> {
  const input = { TableName: tableOf(cloud, 'tunnels'), Item: marshall({ tunnelId: '#rollout', ...item }) };
  await cloud.services.dynamodb.service({ service: 'dynamodb', operation: 'PutItem', caller: FORWARD_REQUEST, input, arrivedAt: 0 });
}

/** Deletes the rollout item and its records, as if the rollout had never been changed. */
export async function deleteRollout({ cloud }: CloudUnderTest): Promise<void> {
  const { dynamodb } = cloud.services;
  const TableName = tableOf(cloud, 'tunnels');
  for (const { tunnelId } of await dynamodb.scan(TableName)) {
    if (!tunnelId || !('S' in tunnelId) || !tunnelId.S.startsWith('#rollout')) continue;
    const input = { TableName, Key: { tunnelId } };
    await dynamodb.service({ service: 'dynamodb', operation: 'DeleteItem', caller: FORWARD_REQUEST, input, arrivedAt: 0 });
  }
}

/** Writes the rollout item through a client. */
export async function putRolloutItem(client: DynamoDBDocumentClient, table: string, item: object): Promise<void> {
  await client.send(new PutCommand({ TableName: table, Item: { tunnelId: '#rollout', ...item } }));
}
