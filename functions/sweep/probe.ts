import { DeleteCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ROW_VERSION } from '../core/pending-request';

/** A probe that has not come back after this long is worthless, like any wake. In ms. */
const PROBE_LIFE_MS = 60_000;

/**
 * Sends a probe through stream and bus, so that a broken backstop is noticed while nothing depends on it: a row that is
 * completed like any other, for which nobody waits. The row goes at once; the stream has its change all the same.
 */
export async function sendProbe(client: DynamoDBDocumentClient, tableName: string, requestId: string, now: number): Promise<void> {
  const table = { TableName: tableName };
  await client.send(
    new PutCommand({
      ...table,
      Item: {
        version: ROW_VERSION,
        requestId,
        tunnelId: 'probe',
        owner: 'sweep',
        mode: 'bus',
        status: 'pending',
        deadline: now + PROBE_LIFE_MS,
        expiresAt: Math.ceil((now + 2 * PROBE_LIFE_MS) / 1000),
        probe: true,
      },
    }),
  );
  await client.send(
    new UpdateCommand({
      ...table,
      Key: { requestId },
      UpdateExpression: 'SET #status = :completed, wake = #mode, completedAt = :now',
      ExpressionAttributeNames: { '#status': 'status', '#mode': 'mode' },
      ExpressionAttributeValues: { ':completed': 'completed', ':now': now },
    }),
  );
  await client.send(new DeleteCommand({ ...table, Key: { requestId } }));
}
