import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PendingRequests } from '../core/pending-request';
import { sent } from './sent';

/**
 * Removes rows without waiting for DynamoDB's reply, so that no visitor waits for it. The call is sent within one turn of the
 * event loop, over a connection that earlier calls have opened. The execution environment may be frozen before the reply arrives;
 * the reply is then read after the thaw. The call has no time-out, because a freeze would trigger it. The call is not traced,
 * because a subsegment that is open at the end of an invocation holds back the whole segment. If a removal fails, `sweep` removes
 * the row.
 * @param client its connections, credentials and region are used
 */
export function rowRemover(
  client: DynamoDBDocumentClient,
  tableName: string,
  onFailure: (requestId: string, error: unknown) => void,
): PendingRequests['remove'] {
  const { credentials, region, requestHandler } = client.config;
  const removals = new DynamoDBClient({ credentials, region, requestHandler });
  return async (requestId) => {
    const removal = new DeleteItemCommand({ TableName: tableName, Key: { requestId: { S: requestId } } });
    await sent(removals.send(removal, { requestTimeout: 0 }), (error) => onFailure(requestId, error));
  };
}
