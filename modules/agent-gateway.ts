import { Apigatewayv2Authorizer } from '@cdktf/provider-aws/lib/apigatewayv2-authorizer';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';
import { WebSocketApi } from './web-socket-api';

/** The functions behind the gateway's routes. */
export interface AgentGatewayFunctions {
  readonly authorize: TunnelFunction;
  readonly connect: TunnelFunction;
  readonly disconnect: TunnelFunction;
  readonly message: TunnelFunction;
}

/** The WebSocket API that agents connect to. An authorizer checks `$connect`; all messages take the route `$default`. */
export class AgentGateway extends Construct {
  readonly api: WebSocketApi;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Default', {
      ...context,
      thing: 'agents',
      throttle: context.environment.throttling.agents,
      routeSelectionExpression: '$request.body.type',
    });
  }

  serveWith(functions: AgentGatewayFunctions): void {
    const authorizer = this.addAuthorizer(functions.authorize);
    this.api.addFunctionRoute('connect', functions.connect, {
      routeKey: '$connect',
      authorization: { authorizationType: 'CUSTOM', authorizerId: authorizer.id },
    });
    this.api.addFunctionRoute('disconnect', functions.disconnect, { routeKey: '$disconnect' });
    this.api.addFunctionRoute('default', functions.message, { routeKey: '$default' });
  }

  /** Sets no identity sources: the token is in a header or in the query, and API Gateway would require every source. */
  private addAuthorizer(authorize: TunnelFunction): Apigatewayv2Authorizer {
    const authorizer = new Apigatewayv2Authorizer(this, 'authorizer', {
      apiId: this.api.apiId,
      name: physicalName('authorizer', this.context.environment.name, 'agents'),
      authorizerType: 'REQUEST',
      authorizerUri: authorize.invokeArn,
    });
    this.api.allowInvocation('authorizer-permission', authorize, `${this.api.apiArn}/authorizers/${authorizer.id}`);
    return authorizer;
  }
}
