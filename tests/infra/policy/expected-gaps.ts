import type { EnvironmentName } from '../../../environments';

/**
 * What the stacks of today do not meet yet: rule → addresses, by environment. The test fails for a gap that is not here and
 * for a line that is not a gap any more. It is meant to become empty.
 */
const QUEUES = [
  'aws_sqs_queue.response-bus-target-dead-letters',
  'aws_sqs_queue.response-bus-wake-failures',
  'aws_sqs_queue.response-stream-failures',
  'aws_sqs_queue.sweep-schedule-target-dead-letters',
];

const FUNCTIONS = [
  'authorize-agent',
  'connect-agent',
  'disconnect-agent',
  'forward-request',
  'process-stream',
  'receive-message',
  'sweep',
  'wake-waiter',
];

const EVERYWHERE = {
  'queue-tls-only': QUEUES,
  'lambda-async-failures': ['aws_lambda_function.sweep'],
};

const DEPLOYED = {
  ...EVERYWHERE,
  'api-access-logs': [
    'aws_apigatewayv2_stage.agent-gateway-stage',
    'aws_apigatewayv2_stage.visitor-api-stage',
    'aws_apigatewayv2_stage.wake-channel-stage',
  ],
};

export const EXPECTED_GAPS: Readonly<Record<EnvironmentName, Readonly<Record<string, readonly string[]>>>> = {
  dev: DEPLOYED,
  staging: DEPLOYED,
  prod: {
    ...DEPLOYED,
    'customer-managed-keys': [
      'aws_cloudwatch_event_bus.response-bus',
      'aws_dynamodb_table.pending-requests',
      'aws_dynamodb_table.tunnels',
      'aws_ssm_parameter.token-key',
      ...FUNCTIONS.map((name) => `aws_cloudwatch_log_group.${name}-logs`),
      ...FUNCTIONS.map((name) => `aws_lambda_function.${name}`),
      ...QUEUES,
    ],
  },
  local: EVERYWHERE,
};
