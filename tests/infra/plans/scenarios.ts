import { stackOf } from '../../support/infra-stack';

export type Resources = Record<string, Record<string, Record<string, unknown>>>;

/** A part of dev's stack that refers to nothing else: two tables, a function with its role and log group, a queue, a throttle. */
const ADDRESSES = [
  'aws_dynamodb_table.tunnels',
  'aws_dynamodb_table.pending-requests',
  'aws_lambda_function.connect-agent',
  'aws_iam_role.connect-agent-role',
  'aws_iam_role_policy.connect-agent-policy',
  'aws_cloudwatch_log_group.connect-agent-logs',
  'aws_sqs_queue.response-stream-failures',
  'aws_apigatewayv2_api.wake-channel',
  'aws_apigatewayv2_stage.wake-channel-stage',
];

export const START: Resources = {};
for (const address of ADDRESSES) {
  const [type = '', name = ''] = address.split('.');
  START[type] = { ...START[type], [name]: stackOf('dev').resource(address) };
}

const at = (resources: Resources, address: string): Record<string, unknown> => {
  const [type = '', name = ''] = address.split('.');
  const resource = resources[type]?.[name];
  if (!resource) throw new Error(`no ${address}`);
  return resource;
};

/** The changes since the first apply, by the name of the recorded plan. */
export const SCENARIOS: Readonly<Record<string, (resources: Resources) => Resources>> = {
  'no-change': (resources) => resources,

  /** The tunnels table got another physical name, and the pending requests' construct another id; the queue is gone. */
  'renamed-tables': (resources) => {
    at(resources, 'aws_dynamodb_table.tunnels')['name'] = 'http-tunnel-dev-names';
    const table = at(resources, 'aws_dynamodb_table.pending-requests');
    delete resources['aws_dynamodb_table']?.['pending-requests'];
    resources['aws_dynamodb_table'] = { ...resources['aws_dynamodb_table'], 'waiting-requests': table };
    delete resources['aws_sqs_queue'];
    return resources;
  },

  /** One right more, one right less, a star, more memory, a shorter retention, and a secret in an environment variable. */
  'rights-and-settings': (resources) => {
    const policy = at(resources, 'aws_iam_role_policy.connect-agent-policy');
    const document = JSON.parse(policy['policy'] as string) as { Statement: { Action: string[] }[] };
    document.Statement = [
      ...document.Statement.filter(({ Action }) => !Action.includes('xray:PutTraceSegments')),
      { Effect: 'Allow', Action: ['dynamodb:Scan'], Resource: ['*'] } as never,
    ];
    policy['policy'] = JSON.stringify(document);
    const lambda = at(resources, 'aws_lambda_function.connect-agent');
    lambda['memory_size'] = 512;
    const { variables } = lambda['environment'] as { variables: Record<string, string> };
    lambda['environment'] = {
      variables: { ...variables, LEASE_GRACE_MS: '30000', SIGNING_KEY: '${var.signing_key}' },
    };
    at(resources, 'aws_cloudwatch_log_group.connect-agent-logs')['retention_in_days'] = 3;
    const stage = at(resources, 'aws_apigatewayv2_stage.wake-channel-stage');
    stage['default_route_settings'] = { throttling_rate_limit: 500, throttling_burst_limit: 400 };
    return resources;
  },
};
