import type { IncomingMessage } from 'node:http';
import { verifySignature } from '../../aws-endpoint/sigv4';
import { AwsError } from '../../services';
import type { Interceptor, Principal, Principals } from '../../services';
import type { WebSocketApiSpec, WebSocketRouteSpec } from '../../specs';
import { invokeIntegration, type InvocationServices } from '../invoke-integration';
import { AuthorizerResponseError, readAuthorization } from './authorizer-policy';
import type { RequestContext } from './connection-context';
import { identitySource, type IdentitySource } from './identity-sources';
import { authorizerEvent, type UpgradeFields } from './web-socket-events';

export type ConnectAuthorization =
  | {
      readonly kind: 'granted';
      readonly authorizer?: Readonly<Record<string, string>>;
      readonly principal?: Principal;
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly message: string;
      readonly errorType: string;
    };

export interface ConnectAuthorizerOptions extends InvocationServices {
  readonly api: WebSocketApiSpec;
  readonly route: WebSocketRouteSpec;
  readonly principals: Principals;
  readonly region: string;
  readonly intercept: Interceptor;
  readonly timeoutMs: number;
  readonly clock: () => number;
}

type LambdaAuthorization = Extract<WebSocketRouteSpec['authorization'], { kind: 'lambda' }>;

const GRANTED: ConnectAuthorization = { kind: 'granted' };
const refused = (status: number, message: string, errorType: string): ConnectAuthorization => ({
  kind: 'refused',
  status,
  message,
  errorType,
});
const UNAUTHORIZED = refused(401, 'Unauthorized', 'UnauthorizedException');
const BROKEN = refused(500, 'Internal server error', 'AuthorizerConfigurationException');
const NO_PERMISSION = 'User is not authorized to access this resource';

/**
 * Decides who may connect, once, at `$connect`. The decision of a Lambda authorizer holds for the connection's whole life.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html
 */
export class ConnectAuthorizer {
  private readonly identitySources: readonly IdentitySource[];

  /** @throws GatewayBootError for an unknown identity source */
  constructor(private readonly options: ConnectAuthorizerOptions) {
    const { authorization } = options.route;
    this.identitySources =
      authorization.kind === 'lambda' ? authorization.identitySources.map((source) => identitySource(source, authorization.address)) : [];
  }

  authorize(request: IncomingMessage, fields: UpgradeFields, context: RequestContext): Promise<ConnectAuthorization> {
    const { authorization } = this.options.route;
    switch (authorization.kind) {
      case 'none':
        return Promise.resolve(GRANTED);
      case 'iam':
        return this.bySignature(request);
      case 'lambda':
        return this.byFunction(authorization, fields, context);
    }
  }

  private async bySignature({ url = '', headers }: IncomingMessage): Promise<ConnectAuthorization> {
    const arrivedAt = performance.now();
    const { api, principals, region, intercept, clock } = this.options;
    try {
      const request = { method: 'GET', url, headers, body: '' };
      const { principal } = verifySignature(request, principals, { service: 'execute-api', region, clock });
      const input = { apiId: api.apiId, stage: api.stageName, routeKey: '$connect' };
      const call = { service: 'execute-api', operation: 'Invoke', caller: principal, input, arrivedAt };
      const { status } = await intercept(call, () => Promise.resolve({ status: 200, body: '' }));
      return status < 300 ? { kind: 'granted', principal } : refused(status, 'Forbidden', 'ForbiddenException');
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return refused(error.status === 400 ? 403 : error.status, error.message, error.code);
    }
  }

  private async byFunction(
    { address, authorizerId, functionArn }: LambdaAuthorization,
    fields: UpgradeFields,
    context: RequestContext,
  ): Promise<ConnectAuthorization> {
    if (this.identitySources.some((source) => !source(fields))) return UNAUTHORIZED;
    const { api, timeoutMs, log } = this.options;
    const methodArn = `${api.executionArn}/${api.stageName}/$connect`;
    const result = await invokeIntegration(this.options, {
      address,
      functionArn,
      sourceArn: `${api.executionArn}/authorizers/${authorizerId}`,
      timeoutMs,
      origin: 'inside',
      event: authorizerEvent(methodArn, fields, context),
    });
    if (result.kind === 'error' && result.errorMessage === 'Unauthorized') return UNAUTHORIZED;
    if (result.kind !== 'ok') return BROKEN;
    try {
      const { verdict, context: authorizer } = readAuthorization(result.payload, methodArn);
      if (verdict === 'allow') return { kind: 'granted', authorizer };
      const detail = verdict === 'explicit-deny' ? ' with an explicit deny' : '';
      return refused(403, NO_PERMISSION + detail, 'AccessDeniedException');
    } catch (error) {
      if (!(error instanceof AuthorizerResponseError)) throw error;
      log.warn(`${address}: ${functionArn} returned no valid authorization: ${error.message}`);
      return BROKEN;
    }
  }
}
