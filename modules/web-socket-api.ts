import { Apigatewayv2Api } from '@cdktf/provider-aws/lib/apigatewayv2-api';
import { Apigatewayv2Stage } from '@cdktf/provider-aws/lib/apigatewayv2-stage';
import { Construct } from 'constructs';
import type { Throttle } from '../environments';
import { AccessLogs, WEB_SOCKET_FIELDS } from './access-logs';
import { physicalName } from '../environments/physical-name';
import { allow, type Statement } from './policy';
import type { StackContext } from './stack-context';

export interface WebSocketApiProps extends StackContext {
  /** Its part of the API's name. */
  readonly thing: string;
  readonly throttle: Throttle;
  /** Which field of a message names its route, `$request.body.type`. */
  readonly routeSelectionExpression: string;
}

/** A WebSocket API and its one stage, without routes. The path of the stage is part of the protocol's addresses: it is `v1`. */
export class WebSocketApi extends Construct {
  readonly apiId: string;
  /** For what maps a domain to it. */
  readonly stageId: string;
  /** `wss://…/v1` */
  readonly url: string;
  /** ARN of the API: prefix of its authorizers' ARNs. */
  readonly apiArn: string;
  /** ARN of the stage: prefix of the ARNs of its routes and connections. */
  readonly stageArn: string;

  constructor(scope: Construct, id: string, props: WebSocketApiProps) {
    super(scope, id);
    const api = new Apigatewayv2Api(this, 'Default', {
      name: physicalName('api', props.environment.name, props.thing),
      protocolType: 'WEBSOCKET',
      routeSelectionExpression: props.routeSelectionExpression,
    });
    const logs = new AccessLogs(this, 'access-logs', { ...props, fields: WEB_SOCKET_FIELDS });
    const stage = new Apigatewayv2Stage(this, 'stage', {
      apiId: api.id,
      name: 'v1',
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: props.throttle.ratePerSecond,
        throttlingBurstLimit: props.throttle.burst,
        // Execution logs would hold what agents and visitors say.
        loggingLevel: 'OFF',
        dataTraceEnabled: false,
      },
      accessLogSettings: logs.settings,
    });
    this.apiId = api.id;
    this.stageId = stage.id;
    this.url = stage.invokeUrl;
    this.apiArn = api.executionArn;
    this.stageArn = stage.executionArn;
  }

  /**
   * `@connections` of this stage: POST sends to a connection, GET asks whether it is there
   * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html).
   */
  allowConnections(method: 'POST' | 'GET'): Statement {
    return allow(['execute-api:ManageConnections'], `${this.stageArn}/${method}/@connections/*`);
  }

  /** Opening a connection to a stage whose `$connect` asks for a signature. */
  allowConnecting(): Statement {
    return allow(['execute-api:Invoke'], `${this.stageArn}/$connect`);
  }
}
