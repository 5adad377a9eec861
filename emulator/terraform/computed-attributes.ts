import { createHash } from 'node:crypto';
import type { ComputedAttribute } from './resolver';
import type { Resource } from './stack';

/** The addresses of the local cloud's two entry points. On AWS these are host names of API Gateway. */
export interface Endpoints {
  /** `http://127.0.0.1:8080` */
  readonly visitors: string;
  /** `ws://127.0.0.1:8081`; the API's id and stage follow in the path. */
  readonly webSockets: string;
}

export interface Account {
  readonly region: string;
  readonly accountId: string;
}

/** API Gateway's ids are ten characters of a-z and 0-9. Here they depend on the address only, so that URLs survive a restart. */
const apiId = (resource: Resource): string =>
  BigInt(`0x${createHash('sha256').update(resource.address).digest('hex').slice(0, 16)}`)
    .toString(36)
    .padStart(10, '0')
    .slice(-10);

/** KMS's ids are UUIDs. Here they depend on the address only. */
const keyId = (resource: Resource): string =>
  createHash('sha256')
    .update(resource.address)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

/** The attributes that AWS computes, for the resource types the local cloud runs. */
export function computedAttributes(account: Account, endpoints: Endpoints): ComputedAttribute {
  const { region, accountId } = account;
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`;

  return (resource, attribute, resolve) => {
    const own = (name: string): string => resolve(resource.attributes[name]) as string;
    switch (resource.type) {
      case 'aws_lambda_function':
        if (attribute === 'arn') return arn('lambda', `function:${own('function_name')}`);
        if (attribute === 'invoke_arn') {
          return `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${arn('lambda', `function:${own('function_name')}`)}/invocations`;
        }
        return undefined;
      case 'aws_dynamodb_table':
        if (attribute === 'arn') return arn('dynamodb', `table/${own('name')}`);
        if (attribute === 'stream_arn') return arn('dynamodb', `table/${own('name')}/stream/2026-01-01T00:00:00.000`);
        return undefined;
      case 'aws_sqs_queue':
        if (attribute === 'arn') return arn('sqs', own('name'));
        if (attribute === 'url' || attribute === 'id') return `https://sqs.${region}.amazonaws.com/${accountId}/${own('name')}`;
        return undefined;
      case 'aws_s3_bucket':
        return attribute === 'arn' ? `arn:aws:s3:::${own('bucket')}` : attribute === 'id' ? own('bucket') : undefined;
      case 'aws_cloudwatch_event_bus':
        return attribute === 'arn' ? arn('events', `event-bus/${own('name')}`) : undefined;
      case 'aws_cloudwatch_event_rule': {
        if (attribute !== 'arn') return undefined;
        const bus = resource.attributes['event_bus_name'] === undefined ? '' : `${own('event_bus_name')}/`;
        return arn('events', `rule/${bus}${own('name')}`);
      }
      case 'aws_apigatewayv2_api': {
        const id = apiId(resource);
        if (attribute === 'id') return id;
        if (attribute === 'execution_arn') return arn('execute-api', id);
        if (attribute === 'api_endpoint') {
          return own('protocol_type') === 'HTTP' ? endpoints.visitors : `${endpoints.webSockets}/${id}`;
        }
        return undefined;
      }
      case 'aws_apigatewayv2_stage': {
        const id = own('api_id');
        if (attribute === 'execution_arn') return arn('execute-api', `${id}/${own('name')}`);
        if (attribute === 'invoke_url') {
          return own('name') === '$default' ? `${endpoints.visitors}/` : `${endpoints.webSockets}/${id}/${own('name')}`;
        }
        return attribute === 'id' ? own('name') : undefined;
      }
      case 'aws_ssm_parameter':
        return attribute === 'arn' ? arn('ssm', `parameter/${own('name').replace(/^\//, '')}`) : undefined;
      case 'aws_iam_role':
        if (attribute === 'arn') return `arn:aws:iam::${accountId}:role/${own('name')}`;
        return attribute === 'id' ? own('name') : undefined;
      case 'aws_kms_key':
        return attribute === 'arn'
          ? arn('kms', `key/${keyId(resource)}`)
          : attribute === 'id' || attribute === 'key_id'
            ? keyId(resource)
            : undefined;
      case 'aws_cloudwatch_metric_alarm':
      case 'aws_cloudwatch_composite_alarm':
        if (attribute === 'arn') return arn('cloudwatch', `alarm:${own('alarm_name')}`);
        return attribute === 'id' ? own('alarm_name') : undefined;
      case 'aws_sns_topic':
        return attribute === 'arn' || attribute === 'id' ? arn('sns', own('name')) : undefined;
      case 'aws_cloudwatch_log_group':
        return attribute === 'arn' ? arn('logs', `log-group:${own('name')}`) : undefined;
      default:
        // AWS assigns the ids of most resources; here the address is the id.
        return attribute === 'id' ? resource.address : undefined;
    }
  };
}
