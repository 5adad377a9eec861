import type { Environment } from '../environments';
import { namePrefix } from '../environments/physical-name';
import { bucketRights } from './ci-bucket-rights';
import { domainRights } from './ci-domain-rights';
import { keyRights } from './ci-key-rights';
import { streamingDoorRights } from './ci-streaming-rights';
import type { PipelineRights } from './pipeline-rights';
import { allow, type AllowStatement } from './policy';

/** An environment, with the zone of its domain if it has one. */
type DeployedEnvironment = Environment & { readonly hostedZone?: { readonly id: string } | null };

/**
 * Rights to deploy one environment. Where ARNs contain names, the rights cover only `http-tunnel-<environment>-…`. Two services
 * have generated ids in their ARNs: the rights on API Gateway cover every API of the account and region, and tags limit the rights
 * on KMS keys. Some actions are allowed on nothing less than `*`. Actions and their resources: https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export function deployRights(environment: DeployedEnvironment): readonly PipelineRights[] {
  const { name, accountId, region, hostedZone } = environment;
  const arn = (service: string, resource: string): string => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  const prefix = namePrefix(name);
  const role = `arn:aws:iam::${accountId}:role/${prefix}*`;
  const ofOurFunctions = { ArnLike: { 'lambda:FunctionArn': arn('lambda', `function:${prefix}*`) } };
  const taggedAs = (key: 'RequestTag' | 'ResourceTag') => ({
    StringEquals: { [`aws:${key}/environment`]: name, [`aws:${key}/project`]: 'http-tunnel' },
  });
  return [
    {
      types: ['aws_lambda_function', 'aws_lambda_permission', 'aws_lambda_function_event_invoke_config'],
      service: 'lambda',
      actions: [
        'CreateFunction',
        'GetFunction',
        'GetFunctionConfiguration',
        'GetFunctionCodeSigningConfig',
        'ListVersionsByFunction',
        'UpdateFunctionCode',
        'UpdateFunctionConfiguration',
        'DeleteFunction',
        'PutFunctionConcurrency',
        'DeleteFunctionConcurrency',
        'GetPolicy',
        'AddPermission',
        'RemovePermission',
        'PutFunctionEventInvokeConfig',
        'GetFunctionEventInvokeConfig',
        'UpdateFunctionEventInvokeConfig',
        'DeleteFunctionEventInvokeConfig',
        'ListTags',
        'TagResource',
        'UntagResource',
      ],
      resources: [arn('lambda', `function:${prefix}*`)],
    },
    {
      types: ['aws_lambda_event_source_mapping'],
      service: 'lambda',
      actions: ['CreateEventSourceMapping', 'GetEventSourceMapping', 'UpdateEventSourceMapping', 'DeleteEventSourceMapping'],
      condition: ofOurFunctions,
    },
    {
      types: ['aws_lambda_event_source_mapping'],
      service: 'lambda',
      actions: ['ListTags', 'UntagResource'],
      resources: [arn('lambda', 'event-source-mapping:*')],
      condition: taggedAs('ResourceTag'),
    },
    {
      types: ['aws_lambda_event_source_mapping'],
      service: 'lambda',
      actions: ['TagResource'],
      resources: [arn('lambda', 'event-source-mapping:*')],
      condition: taggedAs('RequestTag'),
    },
    {
      types: ['aws_iam_role', 'aws_iam_role_policy'],
      service: 'iam',
      actions: [
        'CreateRole',
        'GetRole',
        'UpdateRole',
        'UpdateAssumeRolePolicy',
        'DeleteRole',
        'TagRole',
        'UntagRole',
        'PutRolePolicy',
        'GetRolePolicy',
        'DeleteRolePolicy',
        'ListRolePolicies',
        'ListAttachedRolePolicies',
        'ListInstanceProfilesForRole',
      ],
      resources: [role],
    },
    {
      types: ['aws_lambda_function'],
      service: 'iam',
      actions: ['PassRole'],
      resources: [role],
      condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    },
    {
      types: ['aws_dynamodb_table'],
      service: 'dynamodb',
      actions: [
        'CreateTable',
        'DescribeTable',
        'UpdateTable',
        'DeleteTable',
        'DescribeContinuousBackups',
        'UpdateContinuousBackups',
        'DescribeTimeToLive',
        'UpdateTimeToLive',
        'ListTagsOfResource',
        'TagResource',
        'UntagResource',
      ],
      resources: [arn('dynamodb', `table/${prefix}*`)],
    },
    ...bucketRights(environment),
    {
      types: ['aws_sqs_queue', 'aws_sqs_queue_policy'],
      service: 'sqs',
      actions: [
        'CreateQueue',
        'GetQueueUrl',
        'GetQueueAttributes',
        'SetQueueAttributes',
        'DeleteQueue',
        'ListQueueTags',
        'TagQueue',
        'UntagQueue',
      ],
      resources: [arn('sqs', `${prefix}*`)],
    },
    {
      types: ['aws_cloudwatch_event_bus', 'aws_cloudwatch_event_rule', 'aws_cloudwatch_event_target'],
      service: 'events',
      actions: [
        'CreateEventBus',
        'DescribeEventBus',
        'UpdateEventBus',
        'DeleteEventBus',
        'PutRule',
        'DescribeRule',
        'DeleteRule',
        'PutTargets',
        'ListTargetsByRule',
        'RemoveTargets',
        'ListTagsForResource',
        'TagResource',
        'UntagResource',
      ],
      resources: [arn('events', `event-bus/${prefix}*`), arn('events', `rule/${prefix}*`)],
    },
    {
      types: ['aws_cloudwatch_event_bus_policy'],
      service: 'events',
      actions: ['PutPermission', 'RemovePermission'],
    },
    {
      types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
      service: 'cloudwatch',
      actions: ['PutMetricAlarm', 'DeleteAlarms', 'ListTagsForResource', 'TagResource', 'UntagResource'],
      resources: [arn('cloudwatch', `alarm:${prefix}*`)],
    },
    // With an ARN CloudWatch neither creates nor finds a composite alarm (policy/actions-on-everything.ts).
    {
      types: ['aws_cloudwatch_metric_alarm', 'aws_cloudwatch_composite_alarm'],
      service: 'cloudwatch',
      actions: ['PutCompositeAlarm', 'DescribeAlarms'],
    },
    {
      types: ['aws_cloudwatch_dashboard'],
      service: 'cloudwatch',
      actions: ['PutDashboard', 'GetDashboard', 'DeleteDashboards'],
      resources: [`arn:aws:cloudwatch::${accountId}:dashboard/${prefix}*`],
    },
    {
      types: ['aws_sns_topic', 'aws_sns_topic_policy', 'aws_sns_topic_subscription'],
      service: 'sns',
      actions: [
        'CreateTopic',
        'GetTopicAttributes',
        'SetTopicAttributes',
        'DeleteTopic',
        'ListTagsForResource',
        'TagResource',
        'UntagResource',
        'Subscribe',
        'GetSubscriptionAttributes',
        'SetSubscriptionAttributes',
        'Unsubscribe',
      ],
      // A subscription's ARN is the ARN of its topic followed by an id.
      resources: [arn('sns', `${prefix}*`)],
    },
    {
      types: ['aws_cloudwatch_log_group'],
      service: 'logs',
      actions: [
        'CreateLogGroup',
        'DeleteLogGroup',
        'PutRetentionPolicy',
        'DeleteRetentionPolicy',
        'AssociateKmsKey',
        'DisassociateKmsKey',
        'ListTagsForResource',
        'TagResource',
        'UntagResource',
      ],
      resources: ['/aws/lambda/', '/aws/vendedlogs/apis/'].map((group) => arn('logs', `log-group:${group}${prefix}*`)),
    },
    { types: ['aws_cloudwatch_log_group'], service: 'logs', actions: ['DescribeLogGroups'] },
    {
      // An API's access log is a log delivery: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions.html
      types: ['aws_apigatewayv2_stage'],
      service: 'logs',
      actions: [
        'CreateLogDelivery',
        'GetLogDelivery',
        'UpdateLogDelivery',
        'DeleteLogDelivery',
        'ListLogDeliveries',
        'PutResourcePolicy',
        'DescribeResourcePolicies',
      ],
    },
    {
      types: [
        'aws_apigatewayv2_api',
        'aws_apigatewayv2_stage',
        'aws_apigatewayv2_route',
        'aws_apigatewayv2_route_response',
        'aws_apigatewayv2_integration',
        'aws_apigatewayv2_integration_response',
        'aws_apigatewayv2_authorizer',
      ],
      service: 'apigateway',
      actions: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      resources: ['/apis', '/apis/*', '/tags/*'].map((path) => `arn:aws:apigateway:${region}::${path}`),
    },
    {
      types: ['aws_ssm_parameter'],
      service: 'ssm',
      actions: [
        'PutParameter',
        'GetParameter',
        'GetParameters',
        'DeleteParameter',
        'ListTagsForResource',
        'AddTagsToResource',
        'RemoveTagsFromResource',
      ],
      resources: [arn('ssm', `parameter/http-tunnel/${name}/*`)],
    },
    { types: ['aws_ssm_parameter'], service: 'ssm', actions: ['DescribeParameters'] },
    ...keyRights(environment, taggedAs),
    ...(environment.streamingDoor ? streamingDoorRights(name, arn) : []),
    ...(hostedZone ? domainRights({ accountId, region, zoneId: hostedZone.id }, taggedAs) : []),
  ];
}

/** Turns the rights into a policy statement. */
export function toStatement({ service, actions, resources = ['*'], condition }: PipelineRights): AllowStatement {
  const statement = allow(
    actions.map((action) => `${service}:${action}`),
    ...resources,
  );
  return condition ? { ...statement, Condition: condition } : statement;
}
