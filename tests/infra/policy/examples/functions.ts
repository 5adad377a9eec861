import { only, together, type Example } from './example';

const lambda = (values: Record<string, unknown> = {}) =>
  only('aws_lambda_function', {
    function_name: 'it',
    role: 'arn:aws:iam::111122223333:role/it',
    handler: 'index.handler',
    filename: 'it.zip',
    runtime: 'nodejs22.x',
    ...values,
  });

const permission = (values: Record<string, unknown> = {}) =>
  only('aws_lambda_permission', {
    action: 'lambda:InvokeFunction',
    function_name: '${aws_lambda_function.it.function_name}',
    principal: 'events.amazonaws.com',
    ...values,
  });

const invocation = (values: Record<string, unknown> = {}) =>
  only('aws_lambda_function_event_invoke_config', {
    function_name: '${aws_lambda_function.it.function_name}',
    maximum_retry_attempts: 0,
    maximum_event_age_in_seconds: 60,
    ...values,
  });

const mapping = (values: Record<string, unknown> = {}) =>
  only('aws_lambda_event_source_mapping', {
    event_source_arn: 'arn:aws:dynamodb:us-east-1:111122223333:table/it/stream/1',
    function_name: 'it',
    starting_position: 'TRIM_HORIZON',
    ...values,
  });

const source = { source_arn: 'arn:aws:events:us-east-1:111122223333:rule/it' };
const onFailure = {
  destination_config: { on_failure: { destination: 'arn:aws:sqs:us-east-1:111122223333:it' } },
};

export const functions: Record<string, Example> = {
  'lambda-tracing': {
    holds: lambda({ tracing_config: { mode: 'Active' } }),
    violated: lambda({ tracing_config: { mode: 'PassThrough' } }),
    problem: 'tracing_config.mode is PassThrough',
  },
  'lambda-concurrency': {
    holds: lambda({ reserved_concurrent_executions: 5 }),
    violated: lambda(),
    problem: 'reserved_concurrent_executions is not set, and policy/expectations.ts gives no reason',
  },
  'lambda-async-failures': {
    holds: together(lambda(), permission(source), invocation(onFailure)),
    violated: together(lambda(), permission(source), invocation()),
    problem: 'an event that fails has no destination',
  },
  'lambda-environment-secrets': {
    holds: lambda({
      environment: { variables: { TOKEN_KEY_PARAMETER: '/http-tunnel/prod/agent-token-key' } },
    }),
    violated: {
      ...lambda({ environment: { variables: { MOTTO: '${var.agent_token_key}' } } }),
      variable: { agent_token_key: { sensitive: true, default: 'x' } as { sensitive: boolean } },
    },
    problem: 'environment variable MOTTO is the sensitive variable agent_token_key',
  },
  'lambda-runtime': {
    holds: lambda({ runtime: 'nodejs22.x' }),
    violated: lambda({ runtime: 'nodejs20.x' }),
    problem: 'nodejs20.x has been out of support since 2026-04-30',
  },
  'lambda-permission-source': {
    holds: together(lambda(), permission(source)),
    violated: together(lambda(), permission()),
    problem: 'source_arn is not set',
  },
  'mapping-failure-destination': {
    holds: mapping({
      destination_config: { on_failure: { destination_arn: 'arn:aws:sqs:us-east-1:111122223333:it' } },
    }),
    violated: mapping(),
    problem: 'destination_config.on_failure is not set',
  },
  'mapping-partial-failures': {
    holds: mapping({ function_response_types: ['ReportBatchItemFailures'] }),
    violated: mapping(),
    problem: 'function_response_types does not have ReportBatchItemFailures',
  },
  'mapping-bounds': {
    holds: mapping({ maximum_retry_attempts: 2, maximum_record_age_in_seconds: 60 }),
    violated: mapping({ maximum_retry_attempts: 2 }),
    problem: 'maximum_record_age_in_seconds is unlimited',
  },
  'mapping-filter': {
    holds: mapping({ filter_criteria: { filter: [{ pattern: '{"eventName":["MODIFY"]}' }] } }),
    violated: mapping({ filter_criteria: { filter: [{ pattern: '{}' }] } }),
    problem: 'a filter lets everything through',
  },
};
