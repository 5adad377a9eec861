import { ROLLBACK_TRIGGERS } from '../functions/rollback-triggers';
import { environments, functionsOf, type EnvironmentName, type FunctionChoices } from '../environments';

/** Every resource except those of each function, with the reason for it. */
const RESOURCES: Record<string, string> = {
  'aws_dynamodb_table.tunnels': 'stores which agent serves which tunnel',
  'aws_dynamodb_table.pending-requests': 'stores requests that wait for an answer; its stream reports completed requests',
  'aws_s3_bucket.bodies': 'stores bodies that are too large for a message or a row, for some seconds',
  'aws_s3_bucket_lifecycle_configuration.bodies-lifecycle': 'deletes leftover bodies after a day',
  'aws_s3_bucket_server_side_encryption_configuration.bodies-encryption': 'encrypts the bodies',
  'aws_s3_bucket_ownership_controls.bodies-ownership': 'disables ACLs',
  'aws_s3_bucket_public_access_block.bodies-public-access': 'blocks public access, whatever a policy says',
  'aws_s3_bucket_policy.bodies-policy': 'refuses connections without TLS',
  'aws_ssm_parameter.token-key': 'stores the key that checks agent tokens',

  'aws_apigatewayv2_api.visitor-api': 'the HTTP API that visitors reach',
  'aws_apigatewayv2_stage.visitor-api-stage': 'sets the throttle of the API, and an address without a stage name',
  'aws_cloudwatch_log_group.visitor-api-access-logs': "logs each visitor's request and its outcome",
  'aws_apigatewayv2_integration.visitor-api-integration': 'hands each request to forward-request, in payload format 2.0',
  'aws_apigatewayv2_route.visitor-api-route': 'accepts every method and path',
  'aws_lambda_permission.visitor-api-permission': 'lets the route of the visitor API call forward-request',

  'aws_apigatewayv2_api.agent-gateway': 'the WebSocket API to which agents stay connected',
  'aws_apigatewayv2_stage.agent-gateway-stage': 'deploys the routes, and sets the throttle of the API',
  'aws_cloudwatch_log_group.agent-gateway-access-logs': 'logs which agent connected or sent a message, and when',
  'aws_apigatewayv2_authorizer.agent-gateway-authorizer': 'lets in only agents that have a valid token',
  'aws_lambda_permission.agent-gateway-authorizer-permission': 'lets the authorizer call authorize-agent',
  'aws_apigatewayv2_integration.agent-gateway-connect-integration': 'hands a new connection to connect-agent',
  'aws_apigatewayv2_route.agent-gateway-connect-route': 'handles the connect of an agent',
  'aws_lambda_permission.agent-gateway-connect-permission': 'lets the connect route call connect-agent',
  'aws_apigatewayv2_integration.agent-gateway-disconnect-integration': 'hands an ended connection to disconnect-agent',
  'aws_apigatewayv2_route.agent-gateway-disconnect-route': 'handles the disconnect of an agent',
  'aws_lambda_permission.agent-gateway-disconnect-permission': 'lets the disconnect route call disconnect-agent',
  'aws_apigatewayv2_integration.agent-gateway-default-integration': 'hands a message to receive-message',
  'aws_apigatewayv2_route.agent-gateway-default-route': 'handles every message of an agent',
  'aws_lambda_permission.agent-gateway-default-permission': 'lets the default route call receive-message',

  'aws_apigatewayv2_api.wake-channel': 'the WebSocket API on which waiting functions listen',
  'aws_apigatewayv2_stage.wake-channel-stage': 'deploys the routes, and sets the throttle of the API',
  'aws_cloudwatch_log_group.wake-channel-access-logs': 'logs which waiter listened, and when',
  'aws_apigatewayv2_integration.wake-channel-connect-integration': 'accepts a connection without calling a function',
  'aws_apigatewayv2_integration_response.wake-channel-connect-integration-response': 'gives each accepted connection the status 200',
  'aws_apigatewayv2_route.wake-channel-connect-route': 'accepts signed connections only',
  'aws_apigatewayv2_route_response.wake-channel-connect-route-response': 'makes API Gateway pass that status on',
  'aws_apigatewayv2_integration.wake-channel-hello-integration': 'answers the message hello',
  'aws_apigatewayv2_route.wake-channel-hello-route': 'tells a waiter its own connection id',
  'aws_apigatewayv2_route_response.wake-channel-hello-route-response': 'makes API Gateway send the answer to hello',

  'aws_lambda_event_source_mapping.response-stream-mapping': 'sends completed rows that ask for the bus to process-stream',
  'aws_sqs_queue.response-stream-failures': 'keeps records that process-stream could not publish',
  'aws_sqs_queue_policy.response-stream-failures-policy': 'refuses connections without TLS',

  'aws_cloudwatch_event_bus.response-bus': 'carries the announcements of answers',
  'aws_cloudwatch_event_bus_policy.response-bus-policy': 'lets only process-stream announce answers',
  'aws_cloudwatch_event_rule.response-bus-rule': 'selects the announcements of answers',
  'aws_cloudwatch_event_target.response-bus-target': 'sends the ids of each announcement to wake-waiter',
  'aws_lambda_permission.response-bus-target-permission': 'lets the rule call wake-waiter',
  'aws_sqs_queue.response-bus-target-dead-letters': 'keeps announcements that the rule could not deliver',
  'aws_sqs_queue_policy.response-bus-target-dead-letters-policy': 'lets the rule send dead letters to the queue, over TLS only',
  'aws_lambda_function_event_invoke_config.response-bus-invocation':
    'does not repeat a failed wake, because the second wake would come too late',
  'aws_sqs_queue.response-bus-wake-failures': 'keeps wakes that failed',
  'aws_sqs_queue_policy.response-bus-wake-failures-policy': 'refuses connections without TLS',

  'aws_sns_topic.alarm-topic': 'receives and forwards notifications of alarms and rollbacks',
  'aws_sns_topic_policy.alarm-topic-policy': "lets only this environment's alarms and roll-back publish notifications",
  'aws_lambda_function_event_invoke_config.alarm-topic-outcome': 'publishes the outcome of each rollback, and retries a failed rollback',
  'aws_cloudwatch_composite_alarm.rollback': 'starts roll-back when a trigger is on',
  'aws_lambda_permission.rollback-permission': 'lets the alarm rollback call roll-back',
  ...Object.fromEntries(Object.entries(ROLLBACK_TRIGGERS).map(([id, sees]) => [`aws_cloudwatch_metric_alarm.${id}`, `trigger: ${sees}`])),
  'aws_cloudwatch_metric_alarm.stream-lag-warning': 'warns when the stream is more than 1 s behind',
  'aws_cloudwatch_metric_alarm.sweep-missing': 'warns when sweep does not run',
  'aws_cloudwatch_metric_alarm.dead-letters': 'warns when a failed record, event or invocation waits for a person',
  'aws_cloudwatch_metric_alarm.throttles': 'warns when Lambda refuses invocations',
  'aws_cloudwatch_metric_alarm.function-errors': 'warns when functions fail',
  'aws_cloudwatch_metric_alarm.function-duration': 'warns when functions come near their timeout',
  'aws_cloudwatch_metric_alarm.visitor-5xx': 'warns when visitors get errors',
  'aws_cloudwatch_metric_alarm.refusals': 'warns when the tunnel refuses many visits',
  'aws_cloudwatch_metric_alarm.authentication-failures': 'warns when agents are refused',
  'aws_cloudwatch_metric_alarm.roll-back-failing': 'warns when a rollback fails',
  'aws_cloudwatch_metric_alarm.rollout-unreadable': 'warns when functions cannot read the event-driven share',
  'aws_cloudwatch_metric_alarm.answers-asked-for': 'warns when waiters have to ask for many answers',
  'aws_cloudwatch_dashboard.dashboard': 'shows canary and control, the return of answers, errors and cost on one page',

  'aws_cloudwatch_event_rule.sweep-schedule-rule': 'starts the sweep every minute',
  'aws_cloudwatch_event_target.sweep-schedule-target': 'starts sweep',
  'aws_lambda_permission.sweep-schedule-target-permission': 'lets the schedule call sweep',
  'aws_sqs_queue.sweep-schedule-target-dead-letters': 'keeps starts of sweep that could not be delivered',
  'aws_sqs_queue_policy.sweep-schedule-target-dead-letters-policy': 'lets the schedule send dead letters to the queue, over TLS only',
  'aws_lambda_function_event_invoke_config.sweep-schedule-invocation':
    'does not repeat a failed sweep, because the next sweep does the same work',
  'aws_sqs_queue.sweep-schedule-failures': 'keeps sweeps that failed',
  'aws_sqs_queue_policy.sweep-schedule-failures-policy': 'refuses connections without TLS',
};

/** The resources of an environment in which a template answers hellos (`wakeHello: 'mock'`). */
const HELLO_TEMPLATE: Record<string, string> = {
  'aws_apigatewayv2_integration_response.wake-channel-hello-integration-response': 'puts the connection id into the answer to hello',
  'aws_apigatewayv2_integration_response.wake-channel-hello-default-integration-response': 'does the same for every other status',
};

/** The resources of each function. */
const PER_FUNCTION: Record<string, string> = {
  'aws_lambda_function.<function>': "the function's code, memory and settings",
  'aws_iam_role.<function>-role': "the function's own identity",
  'aws_iam_role_policy.<function>-policy': "only the rights that the function's code uses",
  'aws_cloudwatch_log_group.<function>-logs': "the function's logs, deleted after a set time",
};

/** The resources, beside the function, of an environment in which a function answers hellos (`wakeHello: 'function'`). */
const HELLO_FUNCTION: Record<string, string> = {
  'aws_lambda_permission.wake-channel-hello-permission': 'lets the hello route call greet-waiter',
};

/** The resources, beside the function, of an environment that has a streaming door (`streamingDoor: true`). */
const STREAMING_DOOR: Record<string, string> = {
  'aws_lambda_function_url.streaming-door': 'the address at which visitors reach tunnels whose answers stream',
  'aws_lambda_permission.streaming-door-permission': 'lets everybody use the address',
  'aws_cloudformation_stack.streaming-door-invocation':
    'lets everybody invoke stream-request, but only through the address; the provider has no argument for it',
  'aws_cloudwatch_metric_alarm.stream-errors': 'warns when the function of the streaming door fails',
  'aws_cloudwatch_metric_alarm.streams-cut': 'warns when many streams are cut off',
  'aws_cloudwatch_metric_alarm.streams-idle': 'warns when streams end because agents or waiters have gone',
  'aws_cloudwatch_metric_alarm.streams-slow': 'warns when streams end because visitors take nothing',
};

/** The resources that `customerKey` adds. */
const CUSTOMER_KEY: Record<string, string> = {
  'aws_kms_key.data-key': "encrypts stored data with a key that the account's owner controls",
  'aws_kms_alias.data-key-alias': 'a readable name for the key',
};

/** The resource that `alarms.notifyEmail` adds. */
export const NOTIFIED_PERSON: Record<string, string> = {
  'aws_sns_topic_subscription.alarm-topic-subscription': 'sends notifications of alarms to alarms.notifyEmail',
};

/** The resource that reserved concurrency adds. */
const RESERVED_CONCURRENCY: Record<string, string> = {
  'aws_cloudwatch_metric_alarm.concurrency': 'warns when functions come near their reserved concurrency',
};

/** The resources that `tunnelDomain` and `hostedZone` add. */
export const DOMAIN: Record<string, string> = {
  'aws_acm_certificate.domain-certificate': 'a wildcard certificate for every tunnel and for agents',
  'aws_route53_record.domain-certificate-record': 'proves to ACM that you own the domain, also at each renewal',
  'aws_acm_certificate_validation.domain-certificate-validation': 'waits until ACM has validated the domain',
  'aws_apigatewayv2_domain_name.domain-visitors': 'serves https://<tunnel>.<domain>',
  'aws_apigatewayv2_api_mapping.domain-visitors-mapping': 'maps the domain of visitors to the visitor API',
  'aws_route53_record.domain-visitors-record': 'the DNS record of the domain of visitors',
  'aws_apigatewayv2_domain_name.domain-agents': 'serves wss://agents.<domain>',
  'aws_apigatewayv2_api_mapping.domain-agents-mapping': 'maps the domain of agents to the agent gateway',
  'aws_route53_record.domain-agents-record': 'the DNS record of the domain of agents',
};

/** The resources that an account has once. */
const BOOTSTRAP: Record<string, string> = {
  'aws_s3_bucket.state': 'stores the Terraform state of every stack in the account',
  'aws_s3_bucket_versioning.state-versioning': 'lets you restore an older state',
  'aws_s3_bucket_lifecycle_configuration.state-lifecycle': 'deletes old versions of the state after 90 days',
  'aws_s3_bucket_server_side_encryption_configuration.state-encryption': 'encrypts the state',
  'aws_s3_bucket_ownership_controls.state-ownership': 'disables ACLs',
  'aws_s3_bucket_public_access_block.state-public-access': 'blocks public access, whatever a policy says',
  'aws_s3_bucket_policy.state-policy': 'refuses connections without TLS',
  'aws_api_gateway_account.gateway-logging': 'lets WebSocket APIs write access logs; an account has one such setting per region',
  'aws_iam_role.gateway-logging-role': 'the role in which WebSocket APIs write access logs',
  'aws_iam_role_policy_attachment.gateway-logging-policy': "gives that role AWS's managed policy, which API Gateway requires",
  'aws_iam_openid_connect_provider.ci-github': "lets AWS trust GitHub's tokens, which name the running workflow",
};

/** The resources of each environment's pipeline. */
const PER_PIPELINE: Record<string, string> = {
  'aws_iam_role.ci-<environment>-plan': 'the role in which pull requests plan',
  'aws_iam_role_policy.ci-<environment>-plan-policy': 'lets pull requests read, and change nothing',
  'aws_iam_role.ci-<environment>-deploy': 'the role in which approved jobs deploy',
  'aws_iam_role_policy.ci-<environment>-deploy-policy': "lets approved jobs change this environment's resources",
};

/** The resources that only some environments have. Apart from these, environments differ only in values. */
const ONLY_IN: Record<EnvironmentName, Record<string, string>> = {
  dev: {},
  staging: RESERVED_CONCURRENCY,
  prod: { ...CUSTOMER_KEY, ...RESERVED_CONCURRENCY },
  local: {},
};

/** Address → reason, for one environment. @param changed choices that differ from those of the environment */
export function expectedAddresses(environment: EnvironmentName, changed: Partial<FunctionChoices> = {}): Record<string, string> {
  const choices: FunctionChoices = { ...environments[environment], ...changed };
  return {
    ...RESOURCES,
    ...(choices.wakeHello === 'mock' ? HELLO_TEMPLATE : HELLO_FUNCTION),
    ...(choices.streamingDoor && STREAMING_DOOR),
    ...forEach('<function>', functionsOf(choices), PER_FUNCTION),
    ...ONLY_IN[environment],
  };
}

/** Address → reason, for the account of these environments. */
export function expectedBootstrapAddresses(...environments: EnvironmentName[]): Record<string, string> {
  return { ...BOOTSTRAP, ...forEach('<environment>', environments, PER_PIPELINE) };
}

/** Every address that any stack can have, with the placeholders `<function>` and `<environment>`. Documents explain these addresses. */
export const everyAddress: Readonly<Record<string, string>> = {
  ...RESOURCES,
  ...HELLO_TEMPLATE,
  ...HELLO_FUNCTION,
  ...STREAMING_DOOR,
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
