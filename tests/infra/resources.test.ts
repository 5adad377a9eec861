import { environments } from '../../environments';
import { environmentNames, stackOf, synthesizeStack } from '../support/infra-stack';

describe('the function sweep', () => {
  const stack = stackOf('prod');

  it('runs every minute by a rule on the default bus, and a failed run is not repeated', () => {
    const rule = stack.resource('aws_cloudwatch_event_rule.sweep-schedule-rule');
    expect(rule['schedule_expression']).toBe('rate(1 minute)');
    expect(rule).not.toHaveProperty('event_bus_name');
    expect(stack.resource('aws_cloudwatch_event_target.sweep-schedule-target')).toEqual({
      rule: '${aws_cloudwatch_event_rule.sweep-schedule-rule.name}',
      arn: '${aws_lambda_function.sweep.arn}',
      target_id: 'sweep',
      retry_policy: { maximum_retry_attempts: 2, maximum_event_age_in_seconds: 60 },
      dead_letter_config: { arn: '${aws_sqs_queue.sweep-schedule-target-dead-letters.arn}' },
      depends_on: ['aws_lambda_permission.sweep-schedule-target-permission'],
    });
    expect(stack.resource('aws_lambda_function_event_invoke_config.sweep-schedule-invocation')).toEqual({
      function_name: '${aws_lambda_function.sweep.function_name}',
      maximum_retry_attempts: 0,
      maximum_event_age_in_seconds: 60,
      destination_config: { on_failure: { destination: '${aws_sqs_queue.sweep-schedule-failures.arn}' } },
    });
  });
});

describe('the queues', () => {
  const stack = stackOf('prod');
  const statementsOf = (queue: string): unknown[] => {
    const { policy, queue_url } = stack.resource(`aws_sqs_queue_policy.${queue}-policy`);
    expect(queue_url).toBe(`\${aws_sqs_queue.${queue}.url}`);
    return (JSON.parse(policy as string) as { Statement: unknown[] }).Statement;
  };

  it('keep messages for two weeks, and deny access without TLS', () => {
    const queues = stack.resources('aws_sqs_queue');
    expect(queues).toHaveLength(5);
    for (const [address, queue] of queues) {
      expect(queue['message_retention_seconds']).toBe(1_209_600);
      expect(statementsOf(address.replace('aws_sqs_queue.', ''))[0]).toEqual({
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: [`\${${address}.arn}`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });

  it('for failures of our functions allow no sender in their own policy', () => {
    for (const queue of ['response-stream-failures', 'response-bus-wake-failures', 'sweep-schedule-failures'])
      expect(statementsOf(queue)).toHaveLength(1);
  });

  it.each([
    ['response-bus', 'response-bus-rule'],
    ['sweep-schedule', 'sweep-schedule-rule'],
  ])('accept dead letters of %s only from its own rule', (owner, rule) => {
    expect(statementsOf(`${owner}-target-dead-letters`).slice(1)).toEqual([
      {
        Sid: 'DeadLettersOfOneRule',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: `\${aws_sqs_queue.${owner}-target-dead-letters.arn}`,
        Condition: { ArnEquals: { 'aws:SourceArn': `\${aws_cloudwatch_event_rule.${rule}.arn}` } },
      },
    ]);
  });
});

describe('the tunnels table', () => {
  it.each(environmentNames)('of %s has deletion protection only in prod', (name) => {
    expect(stackOf(name).resource('aws_dynamodb_table.tunnels')).toMatchObject({
      billing_mode: 'PAY_PER_REQUEST',
      hash_key: 'tunnelId',
      attribute: [{ name: 'tunnelId', type: 'S' }],
      deletion_protection_enabled: name === 'prod',
    });
  });

  it.each(environmentNames)('of %s can be restored to any second, and the table of pending requests cannot', (name) => {
    const recovery = (table: string): unknown => stackOf(name).resource(`aws_dynamodb_table.${table}`)['point_in_time_recovery'];
    expect(recovery('tunnels')).toEqual({ enabled: true });
    // It would keep visitors' bodies for 35 days.
    expect(recovery('pending-requests')).toEqual({ enabled: false });
  });
});

describe('data that cannot be made again', () => {
  it.each(environmentNames)('in %s is protected from deletion by AWS and by Terraform together, or by neither', (name) => {
    const isProd = name === 'prod';
    for (const table of ['tunnels', 'pending-requests'])
      expect(stackOf(name).resource(`aws_dynamodb_table.${table}`)).toMatchObject({
        deletion_protection_enabled: isProd,
        lifecycle: { prevent_destroy: isProd },
      });
    for (const [, key] of stackOf(name).resources('aws_kms_key')) expect(key['lifecycle']).toEqual({ prevent_destroy: isProd });
  });
});

describe('an environment with an identity provider', () => {
  const tokenIssuer = {
    jwksUrl: 'https://id.example/keys',
    issuer: 'https://id.example',
    audience: 'tunnels',
    namesClaim: 'names',
  };
  const stack = synthesizeStack({ ...environments.dev, tokenIssuer });

  it('has no token key of its own, and no right to read one', () => {
    expect(stack.json.variable ?? {}).not.toHaveProperty('agent_token_key');
    expect(stack.addresses.filter((address) => address.startsWith('aws_ssm_'))).toEqual([]);
    expect(stack.text).not.toContain('ssm:GetParameter');
  });

  it('tells authorize-agent which identity provider to trust', () => {
    const { environment } = stack.resource('aws_lambda_function.authorize-agent') as {
      environment: { variables: Record<string, string> };
    };
    expect(JSON.parse(environment.variables['TOKEN_ISSUER'] ?? '')).toEqual(tokenIssuer);
    expect(environment.variables).not.toHaveProperty('TOKEN_KEY_PARAMETER');
  });
});

describe('the token key', () => {
  it('is an ephemeral, sensitive variable that goes to SSM as a write-only value', () => {
    const stack = stackOf('prod');
    const variable = stack.json.variable?.['agent_token_key'];
    expect(variable).toMatchObject({
      type: 'string',
      sensitive: true,
      ephemeral: true,
      nullable: false,
    });
    expect(variable).not.toHaveProperty('default');
    expect(stack.resource('aws_ssm_parameter.token-key')).toEqual({
      name: '/http-tunnel/prod/agent-token-key',
      description: 'HS256 key of agent tokens',
      type: 'SecureString',
      value_wo: '${var.agent_token_key}',
      value_wo_version: 1,
      key_id: '${aws_kms_key.data-key.arn}',
    });
  });
});
