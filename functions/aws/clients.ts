/**
 * SDK clients of the functions, for what no visit waits for; dynamodb.ts and connections.ts have the other calls. Endpoints and
 * credentials come from the environment, as on Lambda. The services answer within milliseconds or have problems, so a call is given
 * up early enough for a second attempt.
 */
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
