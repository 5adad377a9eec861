/** Leases the tunnel's name to the agent that connects; a status other than 200 refuses the connection. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { identityOf, type AgentEvent } from '../aws/agent-event';
import { dynamoDb } from '../aws/dynamodb';
import { ownerConnections } from '../aws/owner-connections';
import { tunnelLeases } from '../aws/tunnel-leases';
import { nameProblem } from '../core/tunnel';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { identify, instrumented, logger } from '../telemetry';

const settings = readSettings('connect-agent');
const table = dynamoDb(settings.SERVICE_CALL_MS);
const owners = ownerConnections(table, settings.TUNNELS_TABLE, settings.MAX_TUNNELS);
const leases = tunnelLeases(table, settings.TUNNELS_TABLE, {
  graceMs: settings.LEASE_GRACE_MS,
  cooldownMs: settings.NAME_COOLDOWN_MS,
});

export const handler = instrumented(async (event: AgentEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const identity = identityOf(event);
  identify({ tunnelId: identity.tunnelId });
  const problem = nameProblem(identity.tunnelId);
  if (problem !== undefined) return refuse(400, problem);
  const now = systemClock.now();
  const tooMuch = await owners.open(identity, now);
  if (tooMuch !== undefined) return refuse(429, tooMuch);
  if (!(await leases.lease(identity, now))) {
    await owners.close(identity);
    return identity.claim === 'granted'
      ? refuse(409, `tunnel name "${identity.tunnelId}" is taken: choose another name, or no name`)
      : refuse(403, `the token does not grant the tunnel name "${identity.tunnelId}": choose a name that it grants, or no name`);
  }
  logger.info('an agent connects');
  return { statusCode: 200 };
});

function refuse(statusCode: number, reason: string): APIGatewayProxyStructuredResultV2 {
  logger.info('an agent was refused', { reason });
  return { statusCode, body: reason };
}
