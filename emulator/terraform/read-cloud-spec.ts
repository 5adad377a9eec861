import type { CloudSpec } from '../specs';
import { computedAttributes, type Account, type Endpoints } from './computed-attributes';
import { readAlarms } from './read-alarms';
import { readHttpApis, readWebSocketApis } from './read-apis';
import { readBuckets } from './read-buckets';
import { readMappings, readParameters, readQueues, readTables } from './read-data';
import { readBuses, readRules } from './read-events';
import { readFunctions, readPermissions } from './read-functions';
import { readEncryptionKeys, readResourcePolicies, readRoles } from './read-roles';
import { readTopics } from './read-topics';
import { Resolver } from './resolver';
import { ResourceReader } from './resource-reader';
import type { Stack } from './stack';
import { TerraformError } from './terraform-error';

/** Resource types the local cloud runs. */
const RUN: ReadonlySet<string> = new Set([
  'aws_apigatewayv2_api',
  'aws_apigatewayv2_authorizer',
  'aws_apigatewayv2_integration',
  'aws_apigatewayv2_integration_response',
  'aws_apigatewayv2_route',
  'aws_apigatewayv2_route_response',
  'aws_apigatewayv2_stage',
  'aws_cloudwatch_composite_alarm',
  'aws_cloudwatch_event_bus',
  'aws_cloudwatch_event_bus_policy',
  'aws_cloudwatch_event_rule',
  'aws_cloudwatch_event_target',
  'aws_cloudwatch_metric_alarm',
  'aws_dynamodb_table',
  'aws_iam_role',
  'aws_iam_role_policy',
  'aws_lambda_event_source_mapping',
  'aws_lambda_function',
  'aws_lambda_function_event_invoke_config',
  'aws_lambda_permission',
  'aws_s3_bucket',
  'aws_s3_bucket_lifecycle_configuration',
  'aws_s3_bucket_policy',
  'aws_s3_bucket_server_side_encryption_configuration',
  'aws_sns_topic',
  'aws_sns_topic_policy',
  'aws_sns_topic_subscription',
  'aws_sqs_queue',
  'aws_sqs_queue_policy',
  'aws_ssm_parameter',
]);

/** Resource types that change nothing at run time here, with the reason. */
const NO_RUN_TIME_MEANING: Readonly<Record<string, string>> = {
  aws_cloudwatch_dashboard: 'a page that AWS draws',
  aws_cloudwatch_log_group: 'where log lines are kept and for how long: here they go to the terminal',
  aws_kms_key: 'nothing is encrypted here; the right to use a key is asked for all the same, of roles and not of its own policy',
  aws_s3_bucket_ownership_controls: 'whose objects are that others put in, and whether ACLs count: here there are neither',
  aws_s3_bucket_public_access_block: 'that nobody is let in without a signature: here nobody is in any case',
};

export interface ReadOptions extends Account {
  readonly endpoints: Endpoints;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Gives a stack its run-time meaning.
 * @throws TerraformError for a resource type that is neither run nor known to have no run-time meaning
 */
export function readCloudSpec(stack: Stack, options: ReadOptions): CloudSpec {
  for (const { type, address } of stack.resources) {
    if (RUN.has(type) || type in NO_RUN_TIME_MEANING) continue;
    throw new TerraformError(
      `${address}: the local cloud does not know ${type}. Teach it (emulator/terraform/read-cloud-spec.ts), or list it there as without run-time meaning`,
    );
  }
  const resolver = new Resolver(stack, computedAttributes(options, options.endpoints), options.variables);
  const reader = new ResourceReader(stack, resolver);
  return {
    region: options.region,
    accountId: options.accountId,
    functions: readFunctions(reader),
    tables: readTables(reader),
    mappings: readMappings(reader),
    queues: readQueues(reader),
    buckets: readBuckets(reader),
    buses: readBuses(reader),
    rules: readRules(reader),
    permissions: readPermissions(reader),
    httpApis: readHttpApis(reader),
    webSocketApis: readWebSocketApis(reader),
    parameters: readParameters(reader),
    roles: readRoles(reader),
    resourcePolicies: readResourcePolicies(reader),
    topics: readTopics(reader),
    alarms: readAlarms(reader),
    encryptionKeys: readEncryptionKeys(reader),
    outputs: Object.fromEntries(
      Object.entries(stack.outputs).map(([name, { value }]) => [name, resolver.resolve(value, `output.${name}`) as string]),
    ),
  };
}
