import { environments, functionsOf } from '../../environments';
import type { FunctionName } from '../../functions/settings';
import { rightsOf } from '../support/granted-rights';
import { environmentNames, stackOf } from '../support/infra-stack';

const TUNNELS = '${aws_dynamodb_table.tunnels.arn}';
const PENDING = '${aws_dynamodb_table.pending-requests.arn}';
const STREAM = '${aws_dynamodb_table.pending-requests.stream_arn}';
const TOPIC = '${aws_sns_topic.alarm-topic.arn}';
const BODIES = '${aws_s3_bucket.bodies.arn}';
const AGENTS = '${aws_apigatewayv2_api.agent-gateway.execution_arn}/v1';
const WAKES = '${aws_apigatewayv2_api.wake-channel.execution_arn}/v1';

/** The rights of the core that both doors of visitors share. */
const OF_DOORS = [
  `dynamodb:GetItem on ${TUNNELS}`,
  `dynamodb:BatchGetItem on ${TUNNELS}`,
  `dynamodb:UpdateItem on ${TUNNELS}`,
  `dynamodb:PutItem on ${PENDING}`,
  `dynamodb:GetItem on ${PENDING}`,
  `dynamodb:DeleteItem on ${PENDING}`,
  `s3:PutObject on ${BODIES}/requests/*`,
  `s3:GetObject on ${BODIES}/requests/*`,
  `s3:DeleteObject on ${BODIES}/requests/*`,
  `s3:GetObject on ${BODIES}/responses/*`,
  `s3:DeleteObject on ${BODIES}/responses/*`,
  `execute-api:ManageConnections on ${AGENTS}/POST/@connections/*`,
  `execute-api:Invoke on ${WAKES}/$connect`,
];

/** Every right of every function beside logs and traces: `action on resource`. */
const RIGHTS: Record<FunctionName, readonly string[]> = {
  'forward-request': OF_DOORS,
  'stream-request': OF_DOORS,
  'authorize-agent': ['ssm:GetParameter on ${aws_ssm_parameter.token-key.arn}'],
  'connect-agent': [`dynamodb:GetItem on ${TUNNELS}`, `dynamodb:UpdateItem on ${TUNNELS}`],
  'disconnect-agent': [`dynamodb:UpdateItem on ${TUNNELS}`],
  'receive-message': [
    `dynamodb:GetItem on ${TUNNELS}`,
    `dynamodb:UpdateItem on ${TUNNELS}`,
    `dynamodb:GetItem on ${PENDING}`,
    `dynamodb:PutItem on ${PENDING}`,
    `dynamodb:UpdateItem on ${PENDING}`,
    `s3:PutObject on ${BODIES}/responses/*`,
    `execute-api:ManageConnections on ${AGENTS}/POST/@connections/*`,
    `execute-api:ManageConnections on ${AGENTS}/DELETE/@connections/*`,
    `execute-api:ManageConnections on ${WAKES}/POST/@connections/*`,
  ],
  'process-stream': [
    `dynamodb:DescribeStream on ${STREAM}`,
    `dynamodb:GetRecords on ${STREAM}`,
    `dynamodb:GetShardIterator on ${STREAM}`,
    `dynamodb:ListStreams on ${PENDING}/stream/*`,
    'sqs:SendMessage on ${aws_sqs_queue.response-stream-failures.arn}',
    'events:PutEvents on ${aws_cloudwatch_event_bus.response-bus.arn}',
  ],
  'wake-waiter': [
    `execute-api:ManageConnections on ${WAKES}/POST/@connections/*`,
    'sqs:SendMessage on ${aws_sqs_queue.response-bus-wake-failures.arn}',
  ],
  'greet-waiter': [],
  'roll-back': [`dynamodb:GetItem on ${TUNNELS}`, `dynamodb:PutItem on ${TUNNELS}`, `sns:Publish on ${TOPIC}`],
  sweep: [
    `dynamodb:GetItem on ${TUNNELS}`,
    `dynamodb:Scan on ${TUNNELS}`,
    `dynamodb:DeleteItem on ${TUNNELS}`,
    `dynamodb:UpdateItem on ${TUNNELS}`,
    `dynamodb:Scan on ${PENDING}`,
    `dynamodb:PutItem on ${PENDING}`,
    `dynamodb:UpdateItem on ${PENDING}`,
    `dynamodb:DeleteItem on ${PENDING}`,
    `s3:ListBucket on ${BODIES}`,
    `s3:DeleteObject on ${BODIES}/requests/*`,
    `s3:DeleteObject on ${BODIES}/responses/*`,
    `execute-api:ManageConnections on ${AGENTS}/GET/@connections/*`,
    'sqs:SendMessage on ${aws_sqs_queue.sweep-schedule-failures.arn}',
  ],
};

/** The services for which each function uses the encryption key of its environment, if there is one. */
const KEY_USE: Record<FunctionName, readonly (keyof typeof KEY_ACTIONS)[]> = {
  'forward-request': ['dynamodb', 's3 write', 's3 read'],
  'stream-request': ['dynamodb', 's3 write', 's3 read'],
  'authorize-agent': ['ssm'],
  'connect-agent': ['dynamodb'],
  'disconnect-agent': ['dynamodb'],
  'receive-message': ['dynamodb', 's3 write'],
  'process-stream': ['dynamodb', 'sqs'],
  'wake-waiter': ['sqs'],
  'greet-waiter': [],
  'roll-back': ['dynamodb', 'sns'],
  sweep: ['dynamodb', 'sqs'],
};

const KEY_ACTIONS = {
  dynamodb: ['Decrypt'],
  's3 read': ['Decrypt'],
  's3 write': ['GenerateDataKey'],
  sns: ['GenerateDataKey', 'Decrypt'],
  sqs: ['GenerateDataKey', 'Decrypt'],
  ssm: ['Decrypt'],
};

const keyRights = (name: FunctionName): string[] =>
  KEY_USE[name].flatMap((use) =>
    KEY_ACTIONS[use].map((action) => `kms:${action} on \${aws_kms_key.data-key.arn} via ${use.split(' ')[0]}.us-east-1.amazonaws.com`),
  );

describe.each(environmentNames)('the roles of %s', (environment) => {
  const stack = stackOf(environment);
  const functionNames = functionsOf(environments[environment]);

  it.each(functionNames)('give %s exactly the rights that its code needs, and rights to log and trace', (name) => {
    expect(rightsOf(stack, name).sort()).toEqual(
      [
        ...RIGHTS[name],
        ...(environments[environment].customerKey ? keyRights(name) : []),
        `logs:CreateLogStream on \${aws_cloudwatch_log_group.${name}-logs.arn}:*`,
        `logs:PutLogEvents on \${aws_cloudwatch_log_group.${name}-logs.arn}:*`,
        'xray:PutTraceSegments on *',
        'xray:PutTelemetryRecords on *',
      ].sort(),
    );
  });

  it('have one policy each, and only Lambda can assume them', () => {
    expect(stack.resources('aws_iam_role_policy')).toHaveLength(functionNames.length);
    expect(Object.keys(stack.json.resource).filter((type) => type.startsWith('aws_iam'))).toEqual(['aws_iam_role', 'aws_iam_role_policy']);
    for (const name of functionNames) {
      expect(stack.resource(`aws_iam_role_policy.${name}-policy`)['role']).toBe(`\${aws_iam_role.${name}-role.name}`);
      const { assume_role_policy: trust } = stack.resource(`aws_iam_role.${name}-role`);
      expect(JSON.parse(trust as string)).toMatchObject({
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      });
    }
  });
});

describe('the event bus of answers', () => {
  it('accepts events only from the role of process-stream, whatever other policies allow', () => {
    const { policy, event_bus_name } = stackOf('prod').resource('aws_cloudwatch_event_bus_policy.response-bus-policy');
    expect(event_bus_name).toBe('${aws_cloudwatch_event_bus.response-bus.name}');
    expect((JSON.parse(policy as string) as { Statement: unknown }).Statement).toEqual([
      {
        Sid: 'OnePublisher',
        Effect: 'Deny',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: '${aws_cloudwatch_event_bus.response-bus.arn}',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': '${aws_iam_role.process-stream-role.arn}' } },
      },
    ]);
  });
});

describe('the permission to invoke a function', () => {
  const stack = stackOf('prod');
  const api = '${aws_apigatewayv2_api.agent-gateway.execution_arn}';

  it('belongs to one route, authorizer, rule or alarm for each function, and to nothing for process-stream', () => {
    const permissions = stack.resources('aws_lambda_permission').map(([, attributes]) => attributes);
    const byFunction = permissions.map((permission) => [
      String(permission['function_name']).split('.')[1],
      permission['principal'],
      permission['source_arn'],
    ]);
    expect(byFunction.sort()).toEqual([
      ['authorize-agent', 'apigateway.amazonaws.com', `${api}/authorizers/\${aws_apigatewayv2_authorizer.agent-gateway-authorizer.id}`],
      ['connect-agent', 'apigateway.amazonaws.com', `${AGENTS}/$connect`],
      ['disconnect-agent', 'apigateway.amazonaws.com', `${AGENTS}/$disconnect`],
      ['forward-request', 'apigateway.amazonaws.com', '${aws_apigatewayv2_api.visitor-api.execution_arn}/$default/$default'],
      ['receive-message', 'apigateway.amazonaws.com', `${AGENTS}/$default`],
      ['roll-back', 'lambda.alarms.cloudwatch.amazonaws.com', '${aws_cloudwatch_composite_alarm.rollback.arn}'],
      ['sweep', 'events.amazonaws.com', '${aws_cloudwatch_event_rule.sweep-schedule-rule.arn}'],
      ['wake-waiter', 'events.amazonaws.com', '${aws_cloudwatch_event_rule.response-bus-rule.arn}'],
    ]);
  });
});
