import { Apigatewayv2Integration } from '@cdktf/provider-aws/lib/apigatewayv2-integration';
import { Apigatewayv2IntegrationResponse } from '@cdktf/provider-aws/lib/apigatewayv2-integration-response';
import { Apigatewayv2Route } from '@cdktf/provider-aws/lib/apigatewayv2-route';
import { Apigatewayv2RouteResponse } from '@cdktf/provider-aws/lib/apigatewayv2-route-response';
import { Construct } from 'constructs';
import type { StackContext } from './stack-context';
import { WebSocketApi } from './web-socket-api';

/** Selects the template `$default`. The backslash keeps API Gateway from reading the name as a variable. */
const DEFAULT_TEMPLATE = '\\$default';

/**
 * The WebSocket API on which waiters listen for wakes. No function is behind this API. `$connect` requires a signature. The route
 * `hello` returns the connection's own id, which a client cannot learn in another way
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html).
 * https://wasabee.dev/2024/07/api-gateway-websocket-with-mock-integration reports that the template expands
 * `$context.connectionId`. This project has not proven it, so only this file relies on it.
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
      // Without a route response API Gateway does not send the integration's answer.
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
