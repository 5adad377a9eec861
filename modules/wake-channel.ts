import { Apigatewayv2Integration } from '@cdktf/provider-aws/lib/apigatewayv2-integration';
import { Apigatewayv2IntegrationResponse } from '@cdktf/provider-aws/lib/apigatewayv2-integration-response';
import { Apigatewayv2Route } from '@cdktf/provider-aws/lib/apigatewayv2-route';
import { Apigatewayv2RouteResponse } from '@cdktf/provider-aws/lib/apigatewayv2-route-response';
import { Construct } from 'constructs';
import type { StackContext } from './stack-context';
import { WebSocketApi } from './web-socket-api';

/** Picks the template `$default`; the backslash keeps API Gateway from reading it as a variable. */
const DEFAULT_TEMPLATE = '\\$default';

/**
 * The WebSocket API in which waiting functions listen: no code behind it, a signature on `$connect`, and a route `hello` that
 * tells a connection its own id, which a client has no other way to learn
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html). That the
 * template expands `$context.connectionId` is reported by https://wasabee.dev/2024/07/api-gateway-websocket-with-mock-integration
 * and unproven by us: it stays in this file.
 */
export class WakeChannel extends Construct {
  readonly api: WebSocketApi;

  constructor(scope: Construct, id: string, context: StackContext) {
    super(scope, id);
    this.api = new WebSocketApi(this, 'Default', {
      ...context,
      thing: 'wakes',
      throttle: context.environment.throttling.wakes,
      routeSelectionExpression: '$request.body.action',
    });
    this.addConnect();
    this.addHello();
  }

  private addConnect(): void {
    const integration = this.addMock('connect');
    new Apigatewayv2Route(this, 'connect-route', {
      apiId: this.api.apiId,
      routeKey: '$connect',
      authorizationType: 'AWS_IAM',
      target: `integrations/${integration.id}`,
    });
  }

  private addHello(): void {
    const integration = this.addMock('hello');
    const route = new Apigatewayv2Route(this, 'hello-route', {
      apiId: this.api.apiId,
      routeKey: 'hello',
      authorizationType: 'NONE',
      target: `integrations/${integration.id}`,
      // Without a route response API Gateway keeps the integration's answer to itself.
      routeResponseSelectionExpression: '$default',
    });
    new Apigatewayv2RouteResponse(this, 'hello-route-response', {
      apiId: this.api.apiId,
      routeId: route.id,
      routeResponseKey: '$default',
    });
    new Apigatewayv2IntegrationResponse(this, 'hello-integration-response', {
      apiId: this.api.apiId,
      integrationId: integration.id,
      integrationResponseKey: '/200/',
      templateSelectionExpression: DEFAULT_TEMPLATE,
      responseTemplates: { $default: '{"connectionId":"$context.connectionId"}' },
    });
  }

  /** An integration that answers 200 by itself. */
  private addMock(id: string): Apigatewayv2Integration {
    return new Apigatewayv2Integration(this, `${id}-integration`, {
      apiId: this.api.apiId,
      integrationType: 'MOCK',
      templateSelectionExpression: DEFAULT_TEMPLATE,
      requestTemplates: { $default: '{"statusCode":200}' },
    });
  }
}
