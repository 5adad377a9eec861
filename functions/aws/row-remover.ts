import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PendingRequests } from '../core/pending-request';
import { sent } from './sent';

/**
 * Removes rows without waiting for DynamoDB's reply, which no visitor has to wait for: the call leaves within one turn of the event loop, over
 * a connection that is open from the calls before it. The environment may be frozen before the reply is there; then it is
 * read after the thaw, so the call has no time-out that a freeze would set off. It is not traced: a subsegment that is open at the end of
 * an invocation would hold back the whole of it. A removal that fails leaves its row to sweep.
 * @param client whose connections, credentials and region it uses
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
