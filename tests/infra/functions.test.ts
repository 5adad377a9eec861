import { environments, functionsOf } from '../../environments';
import { metricNamespace } from '../../functions/metric-names';
import { FUNCTION_SETTINGS, readSettings, type FunctionName } from '../../functions/settings';
import { environmentNames, stackOf, synthesizeStack, type InfraStack } from '../support/infra-stack';

const POWERTOOLS = [
  'ENVIRONMENT',
  'POWERTOOLS_LOG_LEVEL',
  'POWERTOOLS_METRICS_NAMESPACE',
  'POWERTOOLS_SERVICE_NAME',
  'POWERTOOLS_TRACE_ENABLED',
];

/** Where each address in a function's environment comes from. */
const ADDRESSES: Record<string, string> = {
  TUNNELS_TABLE: '${aws_dynamodb_table.tunnels.name}',
  PENDING_REQUESTS_TABLE: '${aws_dynamodb_table.pending-requests.name}',
  EVENT_BUS_NAME: '${aws_cloudwatch_event_bus.response-bus.name}',
  AGENT_GATEWAY_URL: '${aws_apigatewayv2_api.agent-gateway.api_endpoint}/v1',
  WAKE_CHANNEL_URL: '${aws_apigatewayv2_api.wake-channel.api_endpoint}/v1',
  VISITOR_URL: '${aws_apigatewayv2_api.visitor-api.api_endpoint}',
  STREAM_URL: '${aws_lambda_function_url.streaming-door.function_url}',
  TOKEN_KEY_PARAMETER: '${aws_ssm_parameter.token-key.name}',
};

const variablesOf = (stack: InfraStack, name: FunctionName): Record<string, string> =>
  (stack.resource(`aws_lambda_function.${name}`)['environment'] as { variables: Record<string, string> }).variables;

/** The variables as Lambda gets them: each reference is replaced by an address of the right form. */
function applied(variables: Record<string, string>): Record<string, string> {
  const resolve = (value: string): string => value.replace(/\$\{.*\.(api_endpoint|function_url)\}/, 'https://v.example');
  return Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, resolve(value)]));
}

describe.each(environmentNames)('in the stack of %s,', (environment) => {
  const stack = stackOf(environment);
  const settings = environments[environment];

  it.each(functionsOf(settings))('%s gets the environment variables that it reads, and no others', (name) => {
    const variables = variablesOf(stack, name);
    const reads = FUNCTION_SETTINGS[name].filter(
      (key) =>
        (key !== 'TUNNEL_DOMAIN' || settings.tunnelDomain !== null) &&
        (key !== 'STREAM_URL' || settings.streamingDoor) &&
        key !== 'TOKEN_ISSUER',
    );
    expect(Object.keys(variables).sort()).toEqual([...reads, ...POWERTOOLS].sort());
    expect(variables).toMatchObject({
      ENVIRONMENT: environment,
      POWERTOOLS_LOG_LEVEL: settings.logLevel,
      POWERTOOLS_METRICS_NAMESPACE: metricNamespace(environment),
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_TRACE_ENABLED: String(settings.tracing),
    });
    for (const key of reads.filter((read) => read in ADDRESSES)) expect(variables[key]).toBe(ADDRESSES[key]);
    expect(() => readSettings(name, applied(variables))).not.toThrow();
  });

  it.each(functionsOf(settings))(
    '%s logs as JSON: what it writes itself, and from Lambda only failures, or at DEBUG everything',
    (name) => {
      expect(stack.resource(`aws_lambda_function.${name}`)['logging_config']).toEqual({
        log_format: 'JSON',
        application_log_level: settings.logLevel,
        system_log_level: settings.logLevel === 'DEBUG' ? 'INFO' : 'WARN',
      });
    },
  );

  it('forward-request and wake-waiter get the response path and the timings of the environment', () => {
    const { requestDeadlineMs, pollingDelaysMs, safetyReadMs, wakeIdleMs, wakeHelloMs, wakeRotateMs, serviceCallMs, wakePostMs } =
      settings.timings;
    expect(readSettings('forward-request', applied(variablesOf(stack, 'forward-request')))).toMatchObject({
      USE_EVENT_DRIVEN: settings.responsePath.useEventDriven,
      EVENT_DRIVEN_MODE: settings.responsePath.mode,
      EVENT_DRIVEN_PERCENT: settings.responsePath.percent,
      REQUEST_DEADLINE_MS: requestDeadlineMs,
      POLLING_DELAYS_MS: pollingDelaysMs,
      SAFETY_READ_MS: safetyReadMs,
      WAKE_IDLE_MS: wakeIdleMs,
      WAKE_HELLO_MS: wakeHelloMs,
      WAKE_ROTATE_MS: wakeRotateMs,
      SERVICE_CALL_MS: serviceCallMs,
    });
    expect(readSettings('wake-waiter', applied(variablesOf(stack, 'wake-waiter')))).toMatchObject({ WAKE_POST_MS: wakePostMs });
  });

  it.each(functionsOf(settings))('%s has the size of the environment, its own role, and a log group with a retention time', (name) => {
    const size = settings.functions[name];
    expect(stack.resource(`aws_lambda_function.${name}`)).toMatchObject({
      function_name: `http-tunnel-${environment}-${name}`,
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      memory_size: size.memoryMb,
      timeout: size.timeoutSeconds,
      role: `\${aws_iam_role.${name}-role.arn}`,
      tracing_config: { mode: 'Active' },
      depends_on: [`aws_iam_role_policy.${name}-policy`, `aws_cloudwatch_log_group.${name}-logs`],
    });
    expect(stack.resource(`aws_lambda_function.${name}`)['reserved_concurrent_executions'] ?? null).toBe(size.reservedConcurrency);
    expect(stack.resource(`aws_cloudwatch_log_group.${name}-logs`)).toEqual({
      name: `/aws/lambda/http-tunnel-${environment}-${name}`,
      retention_in_days: settings.logRetentionDays,
      ...(settings.customerKey && { kms_key_id: '${aws_kms_key.data-key.arn}' }),
    });
  });
});

describe('a changed environment', () => {
  it('changes the kill switch, the share and the timings of its functions', () => {
    const stack = synthesizeStack({
      ...environments.local,
      responsePath: { useEventDriven: false, mode: 'bus', tickets: true, percent: 7 },
      timings: { ...environments.local.timings, pollingDelaysMs: [100], safetyReadMs: 123 },
    });
    expect(variablesOf(stack, 'forward-request')).toMatchObject({
      USE_EVENT_DRIVEN: 'false',
      EVENT_DRIVEN_MODE: 'bus',
      EVENT_DRIVEN_PERCENT: '7',
      POLLING_DELAYS_MS: '100',
      SAFETY_READ_MS: '123',
    });
  });

  it('without tracing has functions that send no trace segments and have no right to send them', () => {
    const stack = synthesizeStack({ ...environments.local, tracing: false });
    expect(stack.resource('aws_lambda_function.sweep')['tracing_config']).toEqual({ mode: 'PassThrough' });
    expect(variablesOf(stack, 'sweep')['POWERTOOLS_TRACE_ENABLED']).toBe('false');
    expect(stack.text).not.toContain('xray:');
  });

  it('with a wrong setting is refused before any file is written', () => {
    const broken = { ...environments.local, region: 'here' };
    expect(() => synthesizeStack(broken)).toThrow('environment "local": region must be an AWS region');
  });
});
