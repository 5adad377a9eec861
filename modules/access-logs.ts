import type { Apigatewayv2StageAccessLogSettings } from '@cdktf/provider-aws/lib/apigatewayv2-stage';
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Construct } from 'constructs';
import { ACCESS_LOG_PREFIX, physicalName } from '../environments/physical-name';
import type { StackContext } from './stack-context';

/** The fields of every access log: client, time, result and latency. A log never contains a path, query, header or body. */
const COMMON = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  domain: '$context.domainName',
  route: '$context.routeKey',
  status: '$context.status',
  integrationLatencyMs: '$context.integrationLatency',
  error: '$context.error.responseType',
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
export const HTTP_FIELDS = {
  ...COMMON,
  method: '$context.httpMethod',
  protocol: '$context.protocol',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html */
export const WEB_SOCKET_FIELDS = {
  ...COMMON,
  event: '$context.eventType',
  connectionId: '$context.connectionId',
};

export interface AccessLogsProps extends StackContext {
  /** The part of the log group's name that names the API. */
  readonly thing: string;
  /** Name in the log → API Gateway's variable. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The log group to which a stage writes one JSON line for each request. */
export class AccessLogs extends Construct {
  readonly settings: Apigatewayv2StageAccessLogSettings;

  constructor(scope: Construct, id: string, { environment, encryption, thing, fields }: AccessLogsProps) {
    super(scope, id);
    const group = new CloudwatchLogGroup(this, 'Default', {
      name: `${ACCESS_LOG_PREFIX}${physicalName('api', environment.name, thing)}`,
      retentionInDays: environment.logRetentionDays,
      ...encryption.ofLogs(),
    });
    this.settings = { destinationArn: group.arn, format: JSON.stringify(fields) };
  }
}
