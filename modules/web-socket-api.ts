import { Apigatewayv2Api } from '@cdktf/provider-aws/lib/apigatewayv2-api';
import { Apigatewayv2Integration, type Apigatewayv2IntegrationConfig } from '@cdktf/provider-aws/lib/apigatewayv2-integration';
import { Apigatewayv2IntegrationResponse } from '@cdktf/provider-aws/lib/apigatewayv2-integration-response';
import { Apigatewayv2Route, type Apigatewayv2RouteConfig } from '@cdktf/provider-aws/lib/apigatewayv2-route';
import { Apigatewayv2RouteResponse } from '@cdktf/provider-aws/lib/apigatewayv2-route-response';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import { Construct } from 'constructs';
import type { Throttle } from '../environments';
import { AccessLogs, WEB_SOCKET_FIELDS } from './access-logs';
import { ApiStage } from './api-stage';
import { physicalName } from '../environments/physical-name';
import { allow, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/**
 * The longest time that a WebSocket API waits for its integration, in ms:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const INTEGRATION_TIMEOUT_MS = 29_000;

/** The stage's name, which is a part of the protocol's addresses. */
const STAGE = 'v1';

/** Selects the template `$default`. The backslash keeps API Gateway from reading the name as a variable. */
const DEFAULT_TEMPLATE = '\\$default';

export interface WebSocketApiProps extends StackContext {
  /** The last part of the API's name. */
  readonly thing: string;
  readonly throttle: Throttle;
  /** The field of a message that names its route, such as `$request.body.type`. */
  readonly routeSelectionExpression: string;
}

export interface WebSocketRouteProps {
  readonly routeKey: string;
  /** Who may open a connection; only `$connect` can have it. By default anybody. */
  readonly authorization?: Pick<Apigatewayv2RouteConfig, 'authorizationType' | 'authorizerId'>;
  /** Whether API Gateway passes the integration's answer on. By default it does not. */
  readonly answers?: boolean;
  /** Makes a new integration before the old one is deleted: API Gateway deletes no integration that a route uses. */
  readonly replacedFirst?: boolean;
}

/** An answer of a MOCK integration. */
export interface MockAnswer {
  /** The construct's id. */
  readonly id: string;
  /** `/200/` selects the answer by the status, which is matched as a regular expression; `$default` takes every other status. */
  readonly key: string;
  readonly template: string;
}

/**
 * A WebSocket API with one stage. Addresses and ARNs come from the API and the stage's name, not from the stage: functions need them,
 * routes need functions, and the stage needs routes.
 */
export class WebSocketApi extends Construct {
  readonly apiId: string;
  /** Needed to map a domain to the stage. */
  readonly stageId: string;
  /** `wss://…/v1` */
  readonly url: string;
  /** ARN of the API: prefix of its authorizers' ARNs. */
  readonly apiArn: string;
  /** ARN of the stage: prefix of the ARNs of its routes and connections. */
  private readonly stageArn: string;
  private readonly stage: ApiStage;

  constructor(scope: Construct, id: string, props: WebSocketApiProps) {
    super(scope, id);
    const api = new Apigatewayv2Api(this, 'Default', {
      name: physicalName('api', props.environment.name, props.thing),
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: props.routeSelectionExpression,
    });
    const logs = new AccessLogs(this, 'access-logs', { ...props, fields: WEB_SOCKET_FIELDS });
    this.stage = new ApiStage(this, 'stage', {
      apiId: api.id,
      name: STAGE,
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: props.throttle.ratePerSecond,
        throttlingBurstLimit: props.throttle.burst,
        // Execution logs would contain the messages of agents and visitors.
        loggingLevel: 'OFF',
        dataTraceEnabled: false,
      },
      accessLogSettings: logs.settings,
    });
    this.apiId = api.id;
    this.stageId = this.stage.id;
    this.url = `${api.apiEndpoint}/${STAGE}`;
    this.apiArn = api.executionArn;
    this.stageArn = `${api.executionArn}/${STAGE}`;
  }

  /** Adds a route whose messages start a function. */
  addFunctionRoute(id: string, target: TunnelFunction, props: WebSocketRouteProps): void {
    this.addRoute(id, props, {
      integrationType: 'AWS_PROXY',
      integrationMethod: 'POST',
      integrationUri: target.invokeArn,
      timeoutMilliseconds: INTEGRATION_TIMEOUT_MS,
    });
    this.allowInvocation(`${id}-permission`, target, `${this.stageArn}/${props.routeKey}`);
  }

  /** Adds a route that API Gateway answers by itself, with the status 200. */
  addMockRoute(id: string, props: WebSocketRouteProps, answers: readonly [MockAnswer, ...MockAnswer[]]): void {
    const integrationId = this.addRoute(id, props, {
      integrationType: 'MOCK',
      templateSelectionExpression: DEFAULT_TEMPLATE,
      requestTemplates: { $default: '{"statusCode":200}' },
    });
    for (const { id: responseId, key, template } of answers) {
      this.stage.deployAfter(
        new Apigatewayv2IntegrationResponse(this, responseId, {
          apiId: this.apiId,
          integrationId,
          integrationResponseKey: key,
          templateSelectionExpression: DEFAULT_TEMPLATE,
          responseTemplates: { $default: template },
        }),
      );
    }
  }

  /** Lets this API call a function. */
  allowInvocation(id: string, target: TunnelFunction, sourceArn: string): void {
    new LambdaPermission(this, id, {
      action: 'lambda:InvokeFunction',
      functionName: target.name,
      principal: 'apigateway.amazonaws.com',
      sourceArn,
    });
  }

  /**
   * The right on `@connections` of this stage: POST sends to a connection, GET checks that a connection exists, DELETE closes it
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html).
   */
  allowConnections(...methods: ('POST' | 'GET' | 'DELETE')[]): AllowStatement {
    return allow(['execute-api:ManageConnections'], ...methods.map((method) => `${this.stageArn}/${method}/@connections/*`));
  }

  /** The right to open a connection to a stage whose `$connect` requires a signature. */
  allowConnecting(): AllowStatement {
    return allow(['execute-api:Invoke'], `${this.stageArn}/$connect`);
  }

  /** @returns the id of the route's integration */
  private addRoute(
    id: string,
    { routeKey, authorization = { authorizationType: 'NONE' }, answers = false, replacedFirst = false }: WebSocketRouteProps,
    integration: Omit<Apigatewayv2IntegrationConfig, 'apiId'>,
  ): string {
    const { apiId } = this;
    const { id: integrationId } = new Apigatewayv2Integration(this, `${id}-integration`, {
      apiId,
      ...integration,
      ...(replacedFirst && { lifecycle: { createBeforeDestroy: true } }),
    });
    const route = this.stage.deployAfter(
      new Apigatewayv2Route(this, `${id}-route`, {
        apiId,
        routeKey,
        target: `integrations/${integrationId}`,
        ...authorization,
        ...(answers && { routeResponseSelectionExpression: '$default' }),
      }),
    );
    if (answers) {
      this.stage.deployAfter(
        new Apigatewayv2RouteResponse(this, `${id}-route-response`, { apiId, routeId: route.id, routeResponseKey: '$default' }),
      );
    }
    return integrationId;
  }
}
