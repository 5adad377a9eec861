import { GatewayBootError } from '../gateway-boot-error';
import type { UpgradeFields } from './web-socket-events';

export type IdentitySource = (fields: UpgradeFields) => string | undefined;

const SOURCE = /^route\.request\.(header|querystring)\.(.+)$/;

/**
 * Reads a value that a connect request must carry; without it, the authorizer is not invoked.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 * @throws GatewayBootError for a source that is neither a header nor a query parameter
 */
export function identitySource(expression: string, address: string): IdentitySource {
  const [, place, name = ''] = SOURCE.exec(expression) ?? [];
  if (place === 'querystring') return ({ queryStringParameters }) => queryStringParameters[name];
  if (place === 'header') {
    return ({ headers }) => Object.entries(headers).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
  }
  throw new GatewayBootError(
    `${address}.identity_sources has "${expression}": the local gateway knows route.request.header.NAME and route.request.querystring.NAME`,
  );
}
