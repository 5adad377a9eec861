import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { sent } from './sent';

/**
 * Sends calls to DynamoDB without waiting for the replies, so that no visitor waits for them. A call is sent within one turn of the
 * event loop, over a connection that earlier calls have opened. The execution environment may be frozen before the reply arrives; the
 * reply is then read after the thaw. The calls have no time-out, because a freeze would trigger it. The calls are not traced, because
 * a subsegment that is open at the end of an invocation holds back the whole segment.
 * @param client its connections, credentials and region are used
 * @returns resolves when the call has been sent
 */
export function unawaited(
  client: DynamoDBDocumentClient,
): (
  call: (client: DynamoDBClient, options: { requestTimeout: number }) => Promise<unknown>,
  onFailure: (error: unknown) => void,
) => Promise<void> {
  const { credentials, region, requestHandler } = client.config;
  const untraced = new DynamoDBClient({ credentials, region, requestHandler });
  return (call, onFailure) => sent(call(untraced, { requestTimeout: 0 }), onFailure);
}
