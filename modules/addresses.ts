import { ROLLBACK_TRIGGERS } from '../functions/rollback-triggers';
import type { EnvironmentName } from '../environments';
import { FUNCTION_SETTINGS } from '../functions/settings';

const functionNames = Object.keys(FUNCTION_SETTINGS);

/** Every resource except those of each function, with the reason for it. */
const RESOURCES: Record<string, string> = {
  'aws_dynamodb_table.tunnels': 'who serves which tunnel',
  'aws_dynamodb_table.pending-requests': 'requests that wait, and the stream of their answers',
  'aws_s3_bucket.bodies': 'bodies that no message and no row can hold, for seconds',
  'aws_s3_bucket_lifecycle_configuration.bodies-lifecycle': 'forgets after a day what nobody deleted',
  'aws_s3_bucket_server_side_encryption_configuration.bodies-encryption': 'encrypts them',
  'aws_s3_bucket_ownership_controls.bodies-ownership': 'no ACL says anything',
  'aws_s3_bucket_public_access_block.bodies-public-access': 'keeps the public out, whatever a policy says',
  'aws_s3_bucket_policy.bodies-policy': 'refuses who comes without TLS',
  'aws_ssm_parameter.token-key': 'the key that agent tokens are checked with',

  'aws_apigatewayv2_api.visitor-api': "the visitors' door",
  'aws_apigatewayv2_stage.visitor-api-stage': 'its throttle and its address without a stage name',
  'aws_cloudwatch_log_group.visitor-api-access-logs': 'who came, and what became of it',
  'aws_apigatewayv2_integration.visitor-api-integration': 'hands a request to forward-request, payload 2.0',
  'aws_apigatewayv2_route.visitor-api-route': 'every method and path',
  'aws_lambda_permission.visitor-api-permission': 'lets that route call forward-request',

  'aws_apigatewayv2_api.agent-gateway': 'what agents hold open',
  'aws_apigatewayv2_stage.agent-gateway-stage': 'its throttle and its address',
  'aws_cloudwatch_log_group.agent-gateway-access-logs': 'which agent connected and spoke when',
  'aws_apigatewayv2_authorizer.agent-gateway-authorizer': 'no agent gets in without a token',
  'aws_lambda_permission.agent-gateway-authorizer-permission': 'lets the authorizer call authorize-agent',
  'aws_apigatewayv2_integration.agent-gateway-connect-integration': 'hands a new connection to connect-agent',
  'aws_apigatewayv2_route.agent-gateway-connect-route': 'an agent arrives',
  'aws_lambda_permission.agent-gateway-connect-permission': 'lets that route call connect-agent',
  'aws_apigatewayv2_integration.agent-gateway-disconnect-integration': 'hands an ended connection to disconnect-agent',
  'aws_apigatewayv2_route.agent-gateway-disconnect-route': 'an agent has gone',
  'aws_lambda_permission.agent-gateway-disconnect-permission': 'lets that route call disconnect-agent',
  'aws_apigatewayv2_integration.agent-gateway-default-integration': 'hands a message to receive-message',
  'aws_apigatewayv2_route.agent-gateway-default-route': 'an agent says something',
  'aws_lambda_permission.agent-gateway-default-permission': 'lets that route call receive-message',

  'aws_apigatewayv2_api.wake-channel': 'where waiting functions listen',
  'aws_apigatewayv2_stage.wake-channel-stage': 'its throttle and its address',
  'aws_cloudwatch_log_group.wake-channel-access-logs': 'which waiter listened when',
  'aws_apigatewayv2_integration.wake-channel-connect-integration': 'accepts a connection without code',
  'aws_apigatewayv2_route.wake-channel-connect-route': 'asks for a signature',
  'aws_apigatewayv2_integration.wake-channel-hello-integration': 'answers hello without code',
  'aws_apigatewayv2_integration_response.wake-channel-hello-integration-response': 'puts the connection id into that answer',
  'aws_apigatewayv2_route.wake-channel-hello-route': 'how a waiter learns its own connection id',
  'aws_apigatewayv2_route_response.wake-channel-hello-route-response': 'without it the answer would not be sent',

  'aws_lambda_event_source_mapping.response-stream-mapping': 'completed rows that ask for the bus, to process-stream',
  'aws_sqs_queue.response-stream-failures': 'records that process-stream could not publish',
  'aws_sqs_queue_policy.response-stream-failures-policy': 'refuses who comes without TLS',

  'aws_cloudwatch_event_bus.response-bus': 'where answers are announced',
  'aws_cloudwatch_event_bus_policy.response-bus-policy': 'nobody but process-stream announces answers',
  'aws_cloudwatch_event_rule.response-bus-rule': 'picks the announcements',
  'aws_cloudwatch_event_target.response-bus-target': 'hands their ids to wake-waiter',
  'aws_lambda_permission.response-bus-target-permission': 'lets the rule call wake-waiter',
  'aws_sqs_queue.response-bus-target-dead-letters': 'announcements that the rule could not deliver',
  'aws_sqs_queue_policy.response-bus-target-dead-letters-policy': 'lets the rule put them there, over TLS alone',
  'aws_lambda_function_event_invoke_config.response-bus-invocation': 'a wake that fails is not repeated: it would be late',
  'aws_sqs_queue.response-bus-wake-failures': 'wakes that failed',
  'aws_sqs_queue_policy.response-bus-wake-failures-policy': 'refuses who comes without TLS',

  'aws_sns_topic.alarm-topic': 'where alarms and rollbacks are told of',
  'aws_sns_topic_policy.alarm-topic-policy': "nobody but this environment's alarms and roll-back tells anything",
  'aws_lambda_function_event_invoke_config.alarm-topic-outcome': 'tells of each rollback, and tries one that failed again',
  'aws_cloudwatch_composite_alarm.rollback': 'a trigger is on: starts roll-back',
  'aws_lambda_permission.rollback-permission': 'lets that alarm call roll-back',
  ...Object.fromEntries(Object.entries(ROLLBACK_TRIGGERS).map(([id, sees]) => [`aws_cloudwatch_metric_alarm.${id}`, `trigger: ${sees}`])),
  'aws_cloudwatch_metric_alarm.stream-lag-warning': 'the stream is 1 s behind',
  'aws_cloudwatch_metric_alarm.sweep-missing': 'sweep is silent',
  'aws_cloudwatch_metric_alarm.dead-letters': 'something that failed waits for a person',
  'aws_cloudwatch_metric_alarm.throttles': 'Lambda refuses invocations',
  'aws_cloudwatch_metric_alarm.function-errors': 'functions fail',
  'aws_cloudwatch_metric_alarm.function-duration': 'functions come near their timeout',
  'aws_cloudwatch_metric_alarm.visitor-5xx': 'visitors get errors',
  'aws_cloudwatch_metric_alarm.authentication-failures': 'agents are refused',
  'aws_cloudwatch_metric_alarm.roll-back-failing': 'a rollback did not happen',
  'aws_cloudwatch_metric_alarm.rollout-unreadable': 'the share cannot be read',
  'aws_cloudwatch_dashboard.dashboard': 'canary and control, the way of answers, errors, cost on one page',

  'aws_cloudwatch_event_rule.sweep-schedule-rule': 'every minute',
  'aws_cloudwatch_event_target.sweep-schedule-target': 'starts sweep',
  'aws_lambda_permission.sweep-schedule-target-permission': 'lets the schedule call sweep',
  'aws_sqs_queue.sweep-schedule-target-dead-letters': 'starts that could not be delivered',
  'aws_sqs_queue_policy.sweep-schedule-target-dead-letters-policy': 'lets the schedule put them there, over TLS alone',
  'aws_lambda_function_event_invoke_config.sweep-schedule-invocation': 'a sweep that fails is not repeated: the next does the same',
  'aws_sqs_queue.sweep-schedule-failures': 'sweeps that failed',
  'aws_sqs_queue_policy.sweep-schedule-failures-policy': 'refuses who comes without TLS',
};

/** The resources of each function. */
const PER_FUNCTION: Record<string, string> = {
  'aws_lambda_function.<function>': 'the code, its size and its settings',
  'aws_iam_role.<function>-role': 'an identity of its own',
  'aws_iam_role_policy.<function>-policy': 'no right that its code does not use',
  'aws_cloudwatch_log_group.<function>-logs': 'logs that are deleted in time',
};

/** The resources that `customerKey` adds. */
const CUSTOMER_KEY: Record<string, string> = {
  'aws_kms_key.data-key': "encrypts what is kept, under the account's own eyes",
  'aws_kms_alias.data-key-alias': 'its name for people',
};

/** The resource that `alarms.notifyEmail` adds. */
export const NOTIFIED_PERSON: Record<string, string> = {
  'aws_sns_topic_subscription.alarm-topic-subscription': 'who gets alarms by e-mail',
};

/** The resource that reserved concurrency adds. */
const RESERVED_CONCURRENCY: Record<string, string> = {
  'aws_cloudwatch_metric_alarm.concurrency': 'functions come near what is reserved for them',
};

/** The resources that `tunnelDomain` and `hostedZone` add. */
export const DOMAIN: Record<string, string> = {
  'aws_acm_certificate.domain-certificate': 'TLS for every tunnel and for agents, one wildcard',
  'aws_route53_record.domain-certificate-record': 'proves to ACM that the domain is ours, also at each renewal',
  'aws_acm_certificate_validation.domain-certificate-validation': 'waits until ACM is convinced',
  'aws_apigatewayv2_domain_name.domain-visitors': 'https://<tunnel>.<domain>',
  'aws_apigatewayv2_api_mapping.domain-visitors-mapping': 'leads it to the visitor API',
  'aws_route53_record.domain-visitors-record': 'its DNS name',
  'aws_apigatewayv2_domain_name.domain-agents': 'wss://agents.<domain>',
  'aws_apigatewayv2_api_mapping.domain-agents-mapping': 'leads it to the agent gateway',
  'aws_route53_record.domain-agents-record': 'its DNS name',
};

/** The resources that an account has once. */
const BOOTSTRAP: Record<string, string> = {
  'aws_s3_bucket.state': 'the Terraform state of everything in the account',
  'aws_s3_bucket_versioning.state-versioning': 'brings an older state back',
  'aws_s3_bucket_lifecycle_configuration.state-lifecycle': 'forgets old versions after 90 days',
  'aws_s3_bucket_server_side_encryption_configuration.state-encryption': 'encrypts them',
  'aws_s3_bucket_ownership_controls.state-ownership': 'no ACL says anything',
  'aws_s3_bucket_public_access_block.state-public-access': 'keeps the public out, whatever a policy says',
  'aws_s3_bucket_policy.state-policy': 'refuses who comes without TLS',
  'aws_api_gateway_account.gateway-logging': "lets WebSocket APIs write access logs: the account's one setting",
  'aws_iam_role.gateway-logging-role': 'as whom they write',
  'aws_iam_role_policy_attachment.gateway-logging-policy': "AWS's policy for that; API Gateway insists on it",
  'aws_iam_openid_connect_provider.ci-github': "trusts GitHub's word on which workflow is running",
};

/** The resources of each environment's pipeline. */
const PER_PIPELINE: Record<string, string> = {
  'aws_iam_role.ci-<environment>-plan': 'as whom pull requests plan',
  'aws_iam_role_policy.ci-<environment>-plan-policy': 'reads, and changes nothing',
  'aws_iam_role.ci-<environment>-deploy': 'as whom approved jobs deploy',
  'aws_iam_role_policy.ci-<environment>-deploy-policy': "changes what is this environment's",
};

/** The resources that only some environments have. Apart from these, environments differ only in values. */
const ONLY_IN: Record<EnvironmentName, Record<string, string>> = {
  dev: {},
  staging: RESERVED_CONCURRENCY,
  prod: { ...CUSTOMER_KEY, ...RESERVED_CONCURRENCY },
  local: {},
};

/** Address → reason, for one environment. */
export function expectedAddresses(environment: EnvironmentName): Record<string, string> {
  return { ...RESOURCES, ...forEach('<function>', functionNames, PER_FUNCTION), ...ONLY_IN[environment] };
}

/** Address → reason, for the account of these environments. */
export function expectedBootstrapAddresses(...environments: EnvironmentName[]): Record<string, string> {
  return { ...BOOTSTRAP, ...forEach('<environment>', environments, PER_PIPELINE) };
}

/** Every address that any stack can have, with the placeholders `<function>` and `<environment>`. Documents explain these addresses. */
export const everyAddress: Readonly<Record<string, string>> = {
  ...RESOURCES,
  ...PER_FUNCTION,
  ...CUSTOMER_KEY,
  ...RESERVED_CONCURRENCY,
  ...NOTIFIED_PERSON,
  ...DOMAIN,
  ...BOOTSTRAP,
  ...PER_PIPELINE,
};

function forEach(placeholder: string, names: readonly string[], addresses: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => Object.entries(addresses).map(([address, reason]) => [address.replace(placeholder, name), reason])),
  );
}
