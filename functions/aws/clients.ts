/**
 * SDK clients as all functions use them. Endpoints and credentials come from the environment, as on Lambda. The services answer within
 * milliseconds or have problems, so a call is given up early enough for a second attempt.
 */
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { requestHandlerFor } from './request-handler';
import { traced } from './traced';

/** @param callMs time for one attempt of a call, in ms */
export const documentClient = (callMs: number): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(traced(new DynamoDBClient({ requestHandler: requestHandlerFor(callMs) })), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** @param callMs time for one attempt of a call, in ms */
export const eventBridgeClient = (callMs: number): EventBridgeClient =>
  traced(new EventBridgeClient({ requestHandler: requestHandlerFor(callMs) }));

/** @param callMs time for one attempt of a call, in ms */
export const ssmClient = (callMs: number): SSMClient => traced(new SSMClient({ requestHandler: requestHandlerFor(callMs) }));

/**
 * The client for `@connections` of one WebSocket stage. It makes one attempt only: a message that is repeated may arrive twice,
 * and callers have a better way for a message that is throttled.
 * @param stageUrl the stage's invoke URL; its management endpoint is the same URL with https instead of wss
 */
export function connectionsClient(stageUrl: URL): ApiGatewayManagementApiClient {
  return traced(
    new ApiGatewayManagementApiClient({
      endpoint: stageUrl.href.replace(/^ws/, 'http').replace(/\/$/, ''),
      maxAttempts: 1,
    }),
  );
}
