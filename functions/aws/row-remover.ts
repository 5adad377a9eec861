import type { PendingRequests } from '../core/pending-request';
import type { DynamoDb } from './dynamodb';
import { sent } from './sent';

/** Removes rows without waiting for DynamoDB's reply. If a removal fails, `sweep` removes the row. */
export const rowRemover =
  (dynamoDb: DynamoDb, tableName: string, onFailure: (requestId: string, error: unknown) => void): PendingRequests['remove'] =>
  (requestId) =>
    sent(dynamoDb.delete({ TableName: tableName, Key: { requestId } }, { isUnawaited: true }), (error) => onFailure(requestId, error));
