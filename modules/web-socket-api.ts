import { Apigatewayv2Api } from '@cdktf/provider-aws/lib/apigatewayv2-api';
import { Apigatewayv2Stage } from '@cdktf/provider-aws/lib/apigatewayv2-stage';
import { Construct } from 'constructs';
import type { Throttle } from '../environments';
import { AccessLogs, WEB_SOCKET_FIELDS } from './access-logs';
import { physicalName } from '../environments/physical-name';
import { allow, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';

export interface WebSocketApiProps extends StackContext {
  /** The last part of the API's name. */
  readonly thing: string;
  readonly throttle: Throttle;
  /** The field of a message that names its route, such as `$request.body.type`. */
  readonly routeSelectionExpression: string;
}

/** A WebSocket API with one stage and no routes. The stage's path `v1` is part of the protocol's addresses. */
export class WebSocketApi extends Construct {
  readonly apiId: string;
  /** Needed to map a domain to the stage. */
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
        // Execution logs would contain the messages of agents and visitors.
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
}
