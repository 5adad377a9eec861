import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PendingRequests } from '../core/pending-request';
import { unawaited } from './unawaited';

/**
 * Removes rows without waiting for DynamoDB's reply. If a removal fails, `sweep` removes the row.
 * @param client its connections, credentials and region are used
 */
export function rowRemover(
  client: DynamoDBDocumentClient,
  tableName: string,
  onFailure: (requestId: string, error: unknown) => void,
): PendingRequests['remove'] {
  const send = unawaited(client);
  return (requestId) => {
    const removal = new DeleteItemCommand({ TableName: tableName, Key: { requestId: { S: requestId } } });
    return send(
      (untraced, options) => untraced.send(removal, options),
      (error) => onFailure(requestId, error),
    );
  };
}
