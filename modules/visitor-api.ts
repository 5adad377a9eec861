import { Apigatewayv2Api } from '@cdktf/provider-aws/lib/apigatewayv2-api';
import { Apigatewayv2Integration } from '@cdktf/provider-aws/lib/apigatewayv2-integration';
import { Apigatewayv2Route } from '@cdktf/provider-aws/lib/apigatewayv2-route';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Construct } from 'constructs';
import { AccessLogs, HTTP_FIELDS } from './access-logs';
import { ApiStage } from './api-stage';
import { physicalName } from '../environments/physical-name';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/**
 * The longest time that an HTTP API waits for its integration, in ms:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const INTEGRATION_TIMEOUT_MS = 30_000;

/** The HTTP API that visitors reach. Every method and path takes the one route `$default`. */
export class VisitorApi extends Construct {
  /** `https://…`, without a slash at its end. */
  readonly url: string;
  readonly apiId: string;
  /** Needed to map a domain to the stage. */
  readonly stageId: string;
  private readonly routeArn: string;
  private readonly stage: ApiStage;

  constructor(scope: Construct, id: string, context: StackContext) {
    super(scope, id);
    const { environment } = context;
    const { ratePerSecond, burst } = environment.throttling.visitors;
    const logs = new AccessLogs(this, 'access-logs', { ...context, thing: 'visitors', fields: HTTP_FIELDS });
    const api = new Apigatewayv2Api(this, 'Default', {
      name: physicalName('api', environment.name, 'visitors'),
      protocolType: 'HTTP',
    });
    // The stage `$default` is served without its name in the path.
    this.stage = new ApiStage(this, 'stage', {
      apiId: api.id,
      name: '$default',
      autoDeploy: true,
      defaultRouteSettings: { throttlingRateLimit: ratePerSecond, throttlingBurstLimit: burst },
      accessLogSettings: logs.settings,
    });
    this.url = api.apiEndpoint;
    this.apiId = api.id;
    this.stageId = this.stage.id;
    // The stage's name, then the route's key.
    this.routeArn = `${api.executionArn}/$default/$default`;
  }

  /** Sends every request to one function. */
  forwardTo(target: TunnelFunction): void {
    const integration = new Apigatewayv2Integration(this, 'integration', {
      apiId: this.apiId,
      integrationType: 'AWS_PROXY',
      integrationMethod: 'POST',
      integrationUri: target.invokeArn,
      payloadFormatVersion: '2.0',
      timeoutMilliseconds: INTEGRATION_TIMEOUT_MS,
    });
    this.stage.deployAfter(
      new Apigatewayv2Route(this, 'route', {
        apiId: this.apiId,
        routeKey: '$default',
        authorizationType: 'NONE',
        target: `integrations/${integration.id}`,
      }),
    );
    new LambdaPermission(this, 'permission', {
      action: 'lambda:InvokeFunction',
      functionName: target.name,
      principal: 'apigateway.amazonaws.com',
      sourceArn: this.routeArn,
    });
  }
}
