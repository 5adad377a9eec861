/** What both waiters of the limit share. */
import { connectionsOf } from '../../functions/aws/connections';
import { dynamoDb } from '../../functions/aws/dynamodb';
import { functionCredentials, functionRegion } from '../../functions/aws/function-access';
import { WakeSocket } from '../../functions/aws/wake-socket';

/** Ends a call only if a service hangs, in ms. */
const CALL_MS = 5000;

const variable = (name: string): string => process.env[name] ?? '';
const tunnels = dynamoDb(CALL_MS);
const agents = connectionsOf(new URL(variable('AGENT_GATEWAY_URL')));

/** The connection of a tunnel's agent. */
export async function agentOf(tunnelId: string): Promise<string> {
  const tunnel = await tunnels.get({ TableName: variable('TUNNELS_TABLE'), Key: { tunnelId }, ConsistentRead: true });
  return tunnel?.['connectionId'] as string;
}

export const openWakes = (onMessage: (message: unknown) => void): Promise<WakeSocket> =>
  WakeSocket.open({
    url: new URL(variable('WAKE_CHANNEL_URL')),
    region: functionRegion(),
    credentials: functionCredentials,
    timeoutMs: CALL_MS,
    onMessage,
  });

/** Posts a request to an agent. */
export async function askAgent(connectionId: string, requestId: string, uri: string): Promise<void> {
  const message = { type: 'http_request', request_id: requestId, method: 'GET', uri, headers: {}, body: '' };
  await agents.tell(connectionId, JSON.stringify({ ...message, timestamp: Date.now() }));
}

/** @param path of the visitor's request */
export function tunnelAndPath(path: string): { readonly tunnelId: string; readonly rest: string } {
  const [, tunnelId = '', rest = ''] = /^\/([^/]+)(.*)$/.exec(path) ?? [];
  return { tunnelId, rest };
}
