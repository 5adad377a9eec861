import { Apigatewayv2Authorizer } from '@cdktf/provider-aws/lib/apigatewayv2-authorizer';
import { Apigatewayv2Integration } from '@cdktf/provider-aws/lib/apigatewayv2-integration';
import { Apigatewayv2Route } from '@cdktf/provider-aws/lib/apigatewayv2-route';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';
import { WebSocketApi } from './web-socket-api';

/**
 * The longest time that a WebSocket API waits for its integration, in ms:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const INTEGRATION_TIMEOUT_MS = 29_000;

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
    this.addRoute('connect', '$connect', functions.connect, authorizer);
    this.addRoute('disconnect', '$disconnect', functions.disconnect);
    this.addRoute('default', '$default', functions.message);
  }

  /** Sets no identity sources: the token is in a header or in the query, and API Gateway would require every source. */
  private addAuthorizer(authorize: TunnelFunction): Apigatewayv2Authorizer {
    const authorizer = new Apigatewayv2Authorizer(this, 'authorizer', {
      apiId: this.api.apiId,
      name: physicalName('authorizer', this.context.environment.name, 'agents'),
      authorizerType: 'REQUEST',
      authorizerUri: authorize.invokeArn,
    });
    allowInvocation(this, 'authorizer-permission', authorize, `${this.api.apiArn}/authorizers/${authorizer.id}`);
    return authorizer;
  }

  private addRoute(id: string, routeKey: string, target: TunnelFunction, authorizer?: Apigatewayv2Authorizer): void {
    const integration = new Apigatewayv2Integration(this, `${id}-integration`, {
      apiId: this.api.apiId,
      integrationType: 'AWS_PROXY',
      integrationMethod: 'POST',
      integrationUri: target.invokeArn,
      timeoutMilliseconds: INTEGRATION_TIMEOUT_MS,
    });
    new Apigatewayv2Route(this, `${id}-route`, {
      apiId: this.api.apiId,
      routeKey,
      target: `integrations/${integration.id}`,
      ...(authorizer ? { authorizationType: 'CUSTOM', authorizerId: authorizer.id } : { authorizationType: 'NONE' }),
    });
    allowInvocation(this, `${id}-permission`, target, `${this.api.stageArn}/${routeKey}`);
  }
}

function allowInvocation(scope: Construct, id: string, target: TunnelFunction, sourceArn: string): void {
  new LambdaPermission(scope, id, {
    action: 'lambda:InvokeFunction',
    functionName: target.name,
    principal: 'apigateway.amazonaws.com',
    sourceArn,
  });
}
