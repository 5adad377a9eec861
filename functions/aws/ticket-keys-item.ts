import { parseTicketKeys, TICKET_KEYS_ID, type TicketKeys, type TicketKeyStore } from '../core/ticket-keys';
import { conditionHolds } from './conditional-write';
import type { DynamoDb } from './dynamodb';

/** The keys of tickets, an item of the tunnels table. */
export function ticketKeysItem(dynamoDb: DynamoDb, tableName: string): TicketKeyStore {
  const item = { TableName: tableName, Key: { tunnelId: TICKET_KEYS_ID } };
  return {
    async read() {
      const row = await dynamoDb.get({ ...item, ConsistentRead: true });
      return { keys: parseTicketKeys(row), revision: row?.['since'] };
    },

    replace: (revision, { version, since, newest, previous }: TicketKeys) =>
      conditionHolds(
        dynamoDb.update({
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
  };
}
