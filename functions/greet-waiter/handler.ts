/** Answers a waiter's hello on the wake channel with the id of the waiter's connection, where no template of API Gateway does. */
import type { APIGatewayProxyStructuredResultV2, APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { instrumented } from '../telemetry';

type Hello = Pick<APIGatewayProxyWebsocketEventV2, 'requestContext'>;

export const handler = instrumented(({ requestContext: { connectionId } }: Hello): Promise<APIGatewayProxyStructuredResultV2> =>
  Promise.resolve({ statusCode: 200, body: JSON.stringify({ connectionId }) }),
);
