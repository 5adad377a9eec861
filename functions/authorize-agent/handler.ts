/** Decides whether an agent may connect, and which tunnel its connection is for. */
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { ssmClient } from '../aws/clients';
import { issuerVerifier, ownKeyVerifier, TokenError, type TokenIdentity, type TokenVerifier } from '../aws/token-verifier';
import { randomTunnelId, type AgentIdentity } from '../core/tunnel';
import { grantsName } from '../core/tunnel-names';
import { readSettings, SettingError } from '../settings';
import { secureRandom } from '../system';
import { instrumented, logger } from '../telemetry';

const settings = readSettings('authorize-agent');
/** Starts at init. Without a usable key no token can be checked, so the process ends, and the next execution environment tries again. */
const verifier = startVerifier().catch((error: unknown): never => {
  logger.error('no agent can connect: there is no usable key', error as Error);
  process.exit(1);
});

/** API Gateway answers 401 to an error with exactly this message. */
const UNAUTHORIZED = 'Unauthorized';

export const handler = instrumented(async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
  const { owner, names } = await identityIn(event);
  const name = event.queryStringParameters?.['name'];
  const identity: AgentIdentity = {
    owner,
    tunnelId: name || randomTunnelId(secureRandom),
    lease: randomUUID(),
    claim: !name || grantsName(names, name) ? 'granted' : 'held',
  };
  return {
    principalId: owner,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }],
    },
    context: { ...identity },
  };
});

/** Only one kind of token is accepted: with an identity provider, tokens of the environment's own key are refused. */
async function startVerifier(): Promise<TokenVerifier> {
  const { TOKEN_ISSUER, TOKEN_KEY_PARAMETER, SERVICE_CALL_MS } = settings;
  if (TOKEN_ISSUER) return issuerVerifier(TOKEN_ISSUER);
  if (TOKEN_KEY_PARAMETER === undefined) {
    throw new SettingError('authorize-agent: neither TOKEN_ISSUER nor TOKEN_KEY_PARAMETER is set');
  }
  return ownKeyVerifier(ssmClient(SERVICE_CALL_MS), TOKEN_KEY_PARAMETER);
}

async function identityIn(event: APIGatewayRequestAuthorizerEvent): Promise<TokenIdentity> {
  const verify = await verifier;
  try {
    return await verify(tokenIn(event));
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
