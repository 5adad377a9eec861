/** Decides whether an agent may connect, and which tunnel its connection is for. */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { ssmClient } from '../aws/clients';
import { TokenError, tokenVerifier } from '../aws/token-verifier';
import { randomTunnelId, type AgentIdentity } from '../core/tunnel';
import { readSettings } from '../settings';
import { secureRandom } from '../system';
import { instrumented, logger } from '../telemetry';

const settings = readSettings('authorize-agent');
const verify = tokenVerifier(ssmClient(), settings.TOKEN_KEY_PARAMETER);

/** API Gateway answers 401 to exactly this word. */
const UNAUTHORIZED = 'Unauthorized';

export const handler = instrumented(
  async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const owner = await ownerOf(event);
    const identity: AgentIdentity = {
      owner,
      tunnelId: event.queryStringParameters?.['name'] || randomTunnelId(secureRandom),
      lease: randomUUID(),
    };
    return {
      principalId: owner,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
      },
      context: { ...identity },
    };
  },
);

async function ownerOf(event: APIGatewayRequestAuthorizerEvent): Promise<string> {
  try {
    return (await verify(tokenIn(event))).owner;
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    logger.info('an agent was refused', { reason: error.message });
    throw new Error(UNAUTHORIZED, { cause: error });
  }
}

/** `Authorization: Bearer …`, or `?token=` as old agents may send it. @throws TokenError when there is neither */
function tokenIn(event: APIGatewayRequestAuthorizerEvent): string {
  const header = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? event.queryStringParameters?.['token'];
  if (!token) throw new TokenError('the request carries no token');
  return token;
}
