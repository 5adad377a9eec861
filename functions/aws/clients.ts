/** SDK clients as all functions use them. Endpoints and credentials come from the environment, as on Lambda. */
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { traced } from './traced';

/** These services answer within milliseconds or are in trouble: give up early enough for a second try. Without the last word the SDK only warns. In ms. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 2000, throwOnRequestTimeout: true };

export const documentClient = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(traced(new DynamoDBClient({ requestHandler: TIMEOUTS })), {
    marshallOptions: { removeUndefinedValues: true },
  });

export const eventBridgeClient = (): EventBridgeClient => traced(new EventBridgeClient({ requestHandler: TIMEOUTS }));

export const ssmClient = (): SSMClient => traced(new SSMClient({ requestHandler: TIMEOUTS }));

/**
 * The client for `@connections` of one WebSocket stage. One attempt: a message that is repeated may arrive twice, and one that is
 * throttled has a better way to go.
 * @param stageUrl the stage's invoke URL; its management endpoint is the same with https for wss
 */
export function connectionsClient(stageUrl: URL): ApiGatewayManagementApiClient {
  return traced(
    new ApiGatewayManagementApiClient({
      endpoint: stageUrl.href.replace(/^ws/, 'http').replace(/\/$/, ''),
      maxAttempts: 1,
    }),
  );
}
