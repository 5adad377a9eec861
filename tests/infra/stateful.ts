import { environments, functionsOf, type EnvironmentName } from '../../environments';
import type { Acknowledgement, Pins } from '../support/replacements';

/**
 * What must not be replaced by accident, as it stands in what is deployed. A change of a name or a key fails a test until it is
 * taken back or acknowledged below; once it is deployed everywhere it moves up here.
 */
export function statefulPins(environment: EnvironmentName): Pins {
  const { accountId, region } = environments[environment];
  const named = (thing: string, argument = 'name') => ({ [argument]: `http-tunnel-${environment}-${thing}` });
  const logGroup = (path: string, thing: string) => ({ name: `${path}http-tunnel-${environment}-${thing}` });
  return {
    'aws_dynamodb_table.tunnels': { ...named('tunnels'), hash_key: 'tunnelId' },
    'aws_dynamodb_table.pending-requests': { ...named('pending-requests'), hash_key: 'requestId' },
    'aws_s3_bucket.bodies': named(`bodies-${accountId}-${region}`, 'bucket'),
    'aws_ssm_parameter.token-key': { name: `/http-tunnel/${environment}/agent-token-key` },
    'aws_cloudwatch_event_bus.response-bus': named('responses'),
    // AWS makes the addresses that agents and visitors know; a new API would have another address.
    'aws_apigatewayv2_api.visitor-api': { protocol_type: 'HTTP' },
    'aws_apigatewayv2_api.agent-gateway': { protocol_type: 'WEBSOCKET' },
    'aws_apigatewayv2_api.wake-channel': { protocol_type: 'WEBSOCKET' },
    'aws_sqs_queue.response-stream-failures': named('stream-failures'),
    'aws_sqs_queue.response-bus-target-dead-letters': named('response-dead-letters'),
    'aws_sqs_queue.response-bus-wake-failures': named('wake-failures'),
    'aws_sqs_queue.sweep-schedule-target-dead-letters': named('sweep-dead-letters'),
    'aws_sqs_queue.sweep-schedule-failures': named('sweep-failures'),
    'aws_sns_topic.alarm-topic': named('alarms'),
    'aws_cloudwatch_log_group.visitor-api-access-logs': logGroup('/aws/vendedlogs/apis/', 'visitors'),
    'aws_cloudwatch_log_group.agent-gateway-access-logs': logGroup('/aws/vendedlogs/apis/', 'agents'),
    'aws_cloudwatch_log_group.wake-channel-access-logs': logGroup('/aws/vendedlogs/apis/', 'wakes'),
    ...Object.fromEntries(
      functionsOf(environments[environment]).map((name) => [`aws_cloudwatch_log_group.${name}-logs`, logGroup('/aws/lambda/', name)]),
    ),
    ...(environment === 'prod' && {
      'aws_kms_key.data-key': {},
      'aws_kms_alias.data-key-alias': { name: 'alias/http-tunnel-prod-data' },
    }),
  };
}

/** The same for the bootstrap stack of an account. */
export const bootstrapPins = (accountId: string): Pins => ({
  'aws_s3_bucket.state': { bucket: `http-tunnel-terraform-${accountId}` },
  'aws_iam_openid_connect_provider.ci-github': { url: 'https://token.actions.githubusercontent.com' },
});

/** Intended replacements and removals. */
export const acknowledged: readonly Acknowledgement[] = [];
