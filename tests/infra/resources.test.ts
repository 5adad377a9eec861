import { environmentNames, stackOf } from '../support/infra-stack';

describe('the sweep', () => {
  const stack = stackOf('prod');

  it('starts every minute on the default bus and is never repeated', () => {
    const rule = stack.resource('aws_cloudwatch_event_rule.sweep-schedule-rule');
    expect(rule['schedule_expression']).toBe('rate(1 minute)');
    expect(rule).not.toHaveProperty('event_bus_name');
    expect(stack.resource('aws_cloudwatch_event_target.sweep-schedule-target')).toEqual({
      rule: '${aws_cloudwatch_event_rule.sweep-schedule-rule.name}',
      arn: '${aws_lambda_function.sweep.arn}',
      target_id: 'sweep',
      retry_policy: { maximum_retry_attempts: 2, maximum_event_age_in_seconds: 60 },
      dead_letter_config: { arn: '${aws_sqs_queue.sweep-schedule-target-dead-letters.arn}' },
    });
    expect(stack.resource('aws_lambda_function_event_invoke_config.sweep-schedule-invocation')).toEqual({
      function_name: '${aws_lambda_function.sweep.function_name}',
      maximum_retry_attempts: 0,
      maximum_event_age_in_seconds: 60,
    });
  });
});

describe('the queues', () => {
  const stack = stackOf('prod');

  it('are encrypted and keep their messages for two weeks', () => {
    const queues = stack.resources('aws_sqs_queue').map(([, attributes]) => attributes);
    expect(queues).toHaveLength(4);
    for (const queue of queues) {
      expect(queue).toMatchObject({ sqs_managed_sse_enabled: true, message_retention_seconds: 1_209_600 });
    }
  });

  it.each([
    ['response-bus', 'response-bus-rule'],
    ['sweep-schedule', 'sweep-schedule-rule'],
  ])("take dead letters of %s from that rule's service call alone", (owner, rule) => {
    const { policy, queue_url } = stack.resource(`aws_sqs_queue_policy.${owner}-target-dead-letters-policy`);
    expect(queue_url).toBe(`\${aws_sqs_queue.${owner}-target-dead-letters.url}`);
    expect((JSON.parse(policy as string) as { Statement: unknown }).Statement).toEqual([
      {
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
  it.each(environmentNames)('of %s can be deleted only where that is meant', (name) => {
    expect(stackOf(name).resource('aws_dynamodb_table.tunnels')).toMatchObject({
      billing_mode: 'PAY_PER_REQUEST',
      hash_key: 'tunnelId',
      attribute: [{ name: 'tunnelId', type: 'S' }],
      deletion_protection_enabled: name === 'prod',
    });
  });
});

describe('the token key', () => {
  it('comes in as an ephemeral secret and goes to SSM without touching state', () => {
    const stack = stackOf('prod');
    expect(stack.json.variable['agent_token_key']).toMatchObject({
      type: 'string',
      sensitive: true,
      ephemeral: true,
      nullable: false,
    });
    expect(stack.json.variable['agent_token_key']).not.toHaveProperty('default');
    expect(stack.resource('aws_ssm_parameter.token-key')).toEqual({
      name: '/http-tunnel/prod/agent-token-key',
      description: 'HS256 key of agent tokens',
      type: 'SecureString',
      value_wo: '${var.agent_token_key}',
      value_wo_version: 1,
    });
  });
});
