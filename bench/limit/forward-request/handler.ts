/**
 * The waiter of the limit: it looks up the tunnel, posts to the agent, and waits for one wake. It has no observability, no ticket, no
 * question and no error handling: only the time of the parts themselves remains. The id of a request names its waiter's connection.
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { connectionsOf } from '../../../functions/aws/connections';
import { dynamoDb } from '../../../functions/aws/dynamodb';
import { functionCredentials, functionRegion } from '../../../functions/aws/function-access';
import { WakeSocket } from '../../../functions/aws/wake-socket';

/** Ends a call only if a service hangs, in ms. */
const CALL_MS = 5000;

const variable = (name: string): string => process.env[name] ?? '';
const tunnels = dynamoDb(CALL_MS);
const agents = connectionsOf(new URL(variable('AGENT_GATEWAY_URL')));

/** The content of the wake: the answer, as receive-message of the limit passes it on. */
interface Wake {
  readonly requestId: string;
  readonly statusCode: number;
  readonly headers: Record<string, string[]>;
  readonly body: string;
}

let wakes: Promise<WakeSocket> | undefined;
let onWake: (wake: Wake) => void = () => undefined;

const openWakes = (): Promise<WakeSocket> =>
  WakeSocket.open({
    url: new URL(variable('WAKE_CHANNEL_URL')),
    region: functionRegion(),
    credentials: functionCredentials,
    timeoutMs: CALL_MS,
    onMessage: (message) => onWake(message as Wake),
  });

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const [, tunnelId = '', path = ''] = /^\/([^/]+)(.*)$/.exec(event.rawPath) ?? [];
  const [tunnel, socket] = await Promise.all([
    tunnels.get({ TableName: variable('TUNNELS_TABLE'), Key: { tunnelId }, ConsistentRead: true }),
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
  await agents.tell(tunnel?.['connectionId'] as string, JSON.stringify({ ...message, timestamp: Date.now() }));
  const { statusCode, headers, body } = await woken;
  return {
    statusCode,
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')])),
    body,
    isBase64Encoded: true,
  };
}
