import { DeleteCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ROW_VERSION } from '../core/pending-request';

/** Deadline of a probe, in ms. As for any request, a wake after the deadline is worthless. */
const PROBE_LIFE_MS = 60_000;

/**
 * Sends a probe through stream and bus, so that a failure is noticed before a request needs them. A probe is a row that is
 * completed like any other, but nobody waits for it. The row is deleted at once; the stream still has its change.
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
