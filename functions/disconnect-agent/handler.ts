/** Takes a closed connection out of service, unless a newer connection has taken over. The tunnel's name stays leased for a while. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { identityOf, type AgentEvent } from '../aws/agent-event';
import { dynamoDb } from '../aws/dynamodb';
import { ownerConnections } from '../aws/owner-connections';
import { tunnelLeases } from '../aws/tunnel-leases';
import { readSettings } from '../settings';
import { systemClock } from '../system';
import { identify, instrumented, logger } from '../telemetry';

const settings = readSettings('disconnect-agent');
const table = dynamoDb(settings.SERVICE_CALL_MS);
const owners = ownerConnections(table, settings.TUNNELS_TABLE);
const leases = tunnelLeases(table, settings.TUNNELS_TABLE, { graceMs: settings.LEASE_GRACE_MS });

export const handler = instrumented(async (event: AgentEvent): Promise<APIGatewayProxyStructuredResultV2> => {
  const identity = identityOf(event);
  identify({ tunnelId: identity.tunnelId });
  const [released] = await Promise.all([leases.release(identity, identity.connectionId, systemClock.now()), owners.close(identity)]);
  logger.info(released ? 'an agent has disconnected' : 'an older connection was closed');
  return { statusCode: 200 };
});
