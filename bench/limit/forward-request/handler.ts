/**
 * The waiter of the limit: it looks up the tunnel, posts to the agent, and waits for one wake. It has no observability, no ticket, no
 * question and no error handling: only the time of the parts themselves remains. The id of a request names its waiter's connection.
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { agentOf, askAgent, openWakes, tunnelAndPath } from '../waiter';

/** The content of the wake: the answer, as receive-message of the limit passes it on. */
interface Wake {
  readonly requestId: string;
  readonly statusCode: number;
  readonly headers: Record<string, string[]>;
  readonly body: string;
}

let wakes: ReturnType<typeof openWakes> | undefined;
let onWake: (wake: Wake) => void = () => undefined;

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { tunnelId, rest } = tunnelAndPath(event.rawPath);
  const [agent, socket] = await Promise.all([agentOf(tunnelId), (wakes ??= openWakes((message) => onWake(message as Wake)))]);
  const requestId = `${randomUUID()}/${socket.id}`;
  const woken = new Promise<Wake>((resolve) => {
    onWake = (wake) => wake.requestId === requestId && resolve(wake);
  });
  await askAgent(agent, requestId, `${rest}?${event.rawQueryString}`);
  const { statusCode, headers, body } = await woken;
  return {
    statusCode,
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join(', ')])),
    body,
    isBase64Encoded: true,
  };
}
