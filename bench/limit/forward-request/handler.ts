/**
 * The waiter of the limit: it looks up the tunnel, posts to the agent, and waits for one wake. It has no observability, no ticket, no
 * question and no error handling: only the time of the parts themselves remains. The id of a request names its waiter's connection.
 */
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { WakeSocket } from '../../../functions/aws/wake-socket';

const variable = (name: string): string => process.env[name] ?? '';
const dynamodb = new DynamoDBClient({});
const agents = new ApiGatewayManagementApiClient({ endpoint: variable('AGENT_GATEWAY_URL').replace(/^ws/, 'http'), maxAttempts: 1 });

/** The content of the wake: the answer, as receive-message of the limit passes it on. */
interface Wake {
  readonly requestId: string;
  readonly statusCode: number;
  readonly headers: Record<string, string[]>;
  readonly body: string;
}

let wakes: Promise<WakeSocket> | undefined;
let onWake: (wake: Wake) => void = () => undefined;

const openWakes = async (): Promise<WakeSocket> =>
  WakeSocket.open({
    url: new URL(variable('WAKE_CHANNEL_URL')),
    region: await dynamodb.config.region(),
    credentials: dynamodb.config.credentials,
    timeoutMs: 5000,
    onMessage: (message) => onWake(message as Wake),
  });

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const [, tunnelId = '', path = ''] = /^\/([^/]+)(.*)$/.exec(event.rawPath) ?? [];
  const [{ Item }, socket] = await Promise.all([
    dynamodb.send(new GetItemCommand({ TableName: variable('TUNNELS_TABLE'), Key: { tunnelId: { S: tunnelId } }, ConsistentRead: true })),
    (wakes ??= openWakes()),
  ]);
  const requestId = `${randomUUID()}/${socket.id}`;
  const woken = new Promise<Wake>((resolve) => {
    onWake = (wake) => wake.requestId === requestId && resolve(wake);
  });
  const message = {
    type: 'http_request',
    request_id: requestId,
    method: 'GET',
    uri: `${path}?${event.rawQueryString}`,
    headers: {},
    body: '',
  };
  await agents.send(
    new PostToConnectionCommand({ ConnectionId: Item?.['connectionId']?.S, Data: JSON.stringify({ ...message, timestamp: Date.now() }) }),
  );
  const { statusCode, headers, body } = await woken;
  return {
    statusCode,
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')])),
    body,
    isBase64Encoded: true,
  };
}
