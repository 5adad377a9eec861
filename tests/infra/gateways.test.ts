import { environments } from '../../environments';
import { checkPolicy } from '../../policy/check-policy';
import { readSynthesizedStack } from '../../policy/terraform/read-synthesized-stack';
import { rightsOf } from '../support/granted-rights';
import { environmentNames, stackOf, synthesizeStack, type Attributes } from '../support/infra-stack';

const stack = stackOf('prod');

/** Route key → its attributes and those of its integration, for one API. */
function routesOf(api: string): Record<string, { route: Attributes; integration: Attributes }> {
  const ofApi = stack.resources('aws_apigatewayv2_route').filter(([, { api_id }]) => api_id === `\${aws_apigatewayv2_api.${api}.id}`);
  return Object.fromEntries(
    ofApi.map(([, route]) => {
      const integration = /integrations\/\$\{(.*)\.id\}/.exec(route['target'] as string)?.[1] ?? '';
      return [route['route_key'] as string, { route, integration: stack.resource(integration) }];
    }),
  );
}

/** The templates of the integration responses of one of the wake channel's routes, by key. */
function responsesOf(route: string): Record<string, unknown> {
  const responses = stack
    .resources('aws_apigatewayv2_integration_response')
    .map(([, response]) => response)
    .filter((response) => response['integration_id'] === `\${aws_apigatewayv2_integration.wake-channel-${route}-integration.id}`);
  for (const response of responses) expect(response['template_selection_expression']).toBe('\\$default');
  return Object.fromEntries(
    responses.map((response) => [
      response['integration_response_key'] as string,
      (response['response_templates'] as Record<string, unknown>)['$default'],
    ]),
  );
}

const lambdaIntegration = (name: string, timeout: number): Attributes => ({
  integration_type: 'AWS_PROXY',
  integration_method: 'POST',
  integration_uri: `\${aws_lambda_function.${name}.invoke_arn}`,
  timeout_milliseconds: timeout,
});

describe('the visitor API', () => {
  it('sends every request to forward-request, with the longest time-out of API Gateway', () => {
    const routes = routesOf('visitor-api');
    expect(Object.keys(routes)).toEqual(['$default']);
    expect(routes['$default']?.integration).toMatchObject({
      ...lambdaIntegration('forward-request', 30_000),
      payload_format_version: '2.0',
    });
  });

  it('is an HTTP API with $default as its only stage', () => {
    expect(stack.resource('aws_apigatewayv2_api.visitor-api')['protocol_type']).toBe('HTTP');
    expect(stack.resource('aws_apigatewayv2_stage.visitor-api-stage')).toMatchObject({
      name: '$default',
      auto_deploy: true,
    });
  });
});

describe('the agent gateway', () => {
  it('selects routes by the type of a message, and has a function behind each route', () => {
    expect(stack.resource('aws_apigatewayv2_api.agent-gateway')).toMatchObject({
      protocol_type: 'WEBSOCKET',
      route_selection_expression: '$request.body.type',
    });
    const routes = routesOf('agent-gateway');
    expect(Object.keys(routes).sort()).toEqual(['$connect', '$default', '$disconnect']);
    expect(routes['$connect']?.integration).toMatchObject(lambdaIntegration('connect-agent', 29_000));
    expect(routes['$disconnect']?.integration).toMatchObject(lambdaIntegration('disconnect-agent', 29_000));
    expect(routes['$default']?.integration).toMatchObject(lambdaIntegration('receive-message', 29_000));
  });

  it('accepts connections only through the authorizer, which receives header and query', () => {
    expect(routesOf('agent-gateway')['$connect']?.route).toMatchObject({
      authorization_type: 'CUSTOM',
      authorizer_id: '${aws_apigatewayv2_authorizer.agent-gateway-authorizer.id}',
    });
    const authorizer = stack.resource('aws_apigatewayv2_authorizer.agent-gateway-authorizer');
    expect(authorizer).toMatchObject({
      authorizer_type: 'REQUEST',
      authorizer_uri: '${aws_lambda_function.authorize-agent.invoke_arn}',
    });
    expect(authorizer).not.toHaveProperty('identity_sources');
  });
});

const CONNECTION_ID = '{"connectionId":"$context.connectionId"}';

describe('the wake channel', () => {
  const routes = routesOf('wake-channel');

  it('has no function behind it, and accepts only signed connections', () => {
    expect(Object.keys(routes).sort()).toEqual(['$connect', 'hello']);
    expect(routes['$connect']?.route['authorization_type']).toBe('AWS_IAM');
    for (const { integration } of Object.values(routes)) {
      expect(integration).toMatchObject({
        integration_type: 'MOCK',
        request_templates: { $default: '{"statusCode":200}' },
        template_selection_expression: '\\$default',
      });
    }
  });

  it('answers a hello message with the id of its connection', () => {
    expect(stack.resource('aws_apigatewayv2_api.wake-channel')['route_selection_expression']).toBe('$request.body.action');
    expect(responsesOf('hello')).toEqual({ '/200/': CONNECTION_ID, $default: CONNECTION_ID });
  });

  it('answers an accepted connection with the status 200', () => {
    expect(responsesOf('connect')).toEqual({ $default: '{"statusCode":200}' });
  });

  it.each(['connect', 'hello'])('passes the answer of %s on to the client', (route) => {
    const address = `aws_apigatewayv2_route.wake-channel-${route}-route`;
    expect(stack.resource(address)['route_response_selection_expression']).toBe('$default');
    expect(stack.resource(`aws_apigatewayv2_route_response.wake-channel-${route}-route-response`)).toMatchObject({
      route_id: `\${${address}.id}`,
      route_response_key: '$default',
    });
  });
});

describe('the wake channel of an environment in which a function answers hellos', () => {
  const withGreeter = synthesizeStack({ ...environments.prod, wakeHello: 'function' });
  const hello = 'aws_apigatewayv2_integration.wake-channel-hello-integration';

  it('has the function behind the route hello, and passes its answer on', () => {
    expect(withGreeter.resource(hello)).toMatchObject(lambdaIntegration('greet-waiter', 29_000));
    expect(withGreeter.resource('aws_apigatewayv2_route.wake-channel-hello-route')).toMatchObject({
      target: `integrations/\${${hello}.id}`,
      route_response_selection_expression: '$default',
    });
    expect(withGreeter.resource('aws_lambda_permission.wake-channel-hello-permission')).toMatchObject({
      function_name: '${aws_lambda_function.greet-waiter.function_name}',
      source_arn: '${aws_apigatewayv2_api.wake-channel.execution_arn}/v1/hello',
    });
  });

  it('still has no function behind $connect', () => {
    const connect = 'aws_apigatewayv2_integration.wake-channel-connect-integration';
    expect(withGreeter.resource(connect)).toEqual(stack.resource(connect));
  });

  it('gives the function no rights but those to log and trace', () => {
    expect(rightsOf(withGreeter, 'greet-waiter').map((right) => right.split(' on ')[0])).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'xray:PutTraceSegments',
      'xray:PutTelemetryRecords',
    ]);
  });

  it.each(['function-errors', 'function-duration', 'throttles'])('has an alarm %s that watches the function', (alarm) => {
    expect(JSON.stringify(withGreeter.resource(`aws_cloudwatch_metric_alarm.${alarm}`))).toContain('greet_waiter');
  });

  it('violates no policy rule', () => {
    const { verdicts } = checkPolicy(readSynthesizedStack('prod', withGreeter.json), { today: new Date() });
    expect(verdicts.filter(({ outcome }) => outcome === 'violated' || outcome === 'undecided')).toEqual([]);
  });

  // API Gateway refuses to delete an integration that a route uses (https://github.com/hashicorp/terraform-provider-aws/issues/12195).
  it('makes the integration of hello before it deletes the one of another kind', () => {
    for (const each of [stack, withGreeter]) expect(each.resource(hello)['lifecycle']).toEqual({ create_before_destroy: true });
  });
});

describe.each(environmentNames)('in the stack of %s,', (name) => {
  it.each([
    ['visitor-api', 'visitors'],
    ['agent-gateway', 'agents'],
    ['wake-channel', 'wakes'],
  ] as const)('the stage of %s is throttled, and deploys changes automatically', (api, throttle) => {
    const { ratePerSecond, burst } = environments[name].throttling[throttle];
    expect(stackOf(name).resource(`aws_apigatewayv2_stage.${api}-stage`)).toMatchObject({
      api_id: `\${aws_apigatewayv2_api.${api}.id}`,
      auto_deploy: true,
      default_route_settings: { throttling_rate_limit: ratePerSecond, throttling_burst_limit: burst },
    });
  });

  it.each([
    ['visitor-api', 'visitors'],
    ['agent-gateway', 'agents'],
    ['wake-channel', 'wakes'],
  ])('the API %s logs each request as one JSON object without private data, in a log group with a retention time', (api, thing) => {
    const { logRetentionDays, customerKey } = environments[name];
    expect(stackOf(name).resource(`aws_cloudwatch_log_group.${api}-access-logs`)).toEqual({
      name: `/aws/vendedlogs/apis/http-tunnel-${name}-${thing}`,
      retention_in_days: logRetentionDays,
      ...(customerKey && { kms_key_id: '${aws_kms_key.data-key.arn}' }),
    });
    const { access_log_settings } = stackOf(name).resource(`aws_apigatewayv2_stage.${api}-stage`);
    const { destination_arn, format } = access_log_settings as Record<string, string>;
    expect(destination_arn).toBe(`\${aws_cloudwatch_log_group.${api}-access-logs.arn}`);
    const fields = JSON.parse(format ?? '') as Record<string, string>;
    expect(fields).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
    for (const variable of Object.values(fields)) {
      expect(variable).toMatch(/^\$context\.[a-zA-Z.]+$/);
      // A visitor's path or query, what an authorizer knows, and free text of an error could hold a secret.
      expect(variable).not.toMatch(/path|query|authori|header|message|principal/i);
    }
  });

  it.each(['agent-gateway', 'wake-channel'])('the API %s does not log messages', (api) => {
    expect(stackOf(name).resource(`aws_apigatewayv2_stage.${api}-stage`)['default_route_settings']).toMatchObject({
      logging_level: 'OFF',
      data_trace_enabled: false,
    });
  });
});
