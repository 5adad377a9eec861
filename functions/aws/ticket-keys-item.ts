import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parseTicketKeys, TICKET_KEYS_ID, type TicketKeys, type TicketKeyStore } from '../core/ticket-keys';
import { conditionHolds } from './conditional-write';

/** The keys of tickets, an item of the tunnels table. */
export function ticketKeysItem(client: DynamoDBDocumentClient, tableName: string): TicketKeyStore {
  const item = { TableName: tableName, Key: { tunnelId: TICKET_KEYS_ID } };
  return {
    async read() {
      const { Item } = await client.send(new GetCommand({ ...item, ConsistentRead: true }));
      return { keys: parseTicketKeys(Item), revision: Item?.['since'] as unknown };
    },

    replace: (revision, { version, since, newest, previous }: TicketKeys) =>
      conditionHolds(
        client.send(
          new UpdateCommand({
            ...item,
            UpdateExpression: `SET #version = :version, since = :since, newest = :newest ${previous ? ', #previous = :previous' : ''}`,
            ConditionExpression: revision === undefined ? 'attribute_not_exists(since)' : 'since = :read',
            ExpressionAttributeNames: { '#version': 'version', ...(previous && { '#previous': 'previous' }) },
            ExpressionAttributeValues: {
              ':version': version,
              ':since': since,
              ':newest': newest,
              ...(previous && { ':previous': previous }),
              ...(revision !== undefined && { ':read': revision }),
            },
          }),
        ),
      ),
  };
}
