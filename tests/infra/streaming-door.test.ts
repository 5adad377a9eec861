import { environments } from '../../environments';
import { readSettings } from '../../functions/settings';
import { checkPolicy } from '../../policy/check-policy';
import { readSynthesizedStack } from '../../policy/terraform/read-synthesized-stack';
import { environmentNames, prodWithDoor, stackOf, synthesizeStack, type Attributes } from '../support/infra-stack';

const URL_ADDRESS = 'aws_lambda_function_url.streaming-door';
const PERMISSION = 'aws_lambda_permission.streaming-door-permission';
const STACK = 'aws_cloudformation_stack.streaming-door-invocation';
const FUNCTION = 'aws_lambda_function.stream-request';
const RECEIVER = 'aws_lambda_function.receive-message';

const withDoor = environmentNames.filter((name) => environments[name].streamingDoor);
const without = environmentNames.filter((name) => !environments[name].streamingDoor);

const variablesOf = (resource: Attributes): Record<string, string> =>
  (resource['environment'] as { variables: Record<string, string> }).variables;

describe.each(withDoor)('the streaming door of %s', (name) => {
  const stack = stackOf(name);

  it('is a function URL that everybody may use, that streams, and that answers no preflights itself', () => {
    expect(stack.resource(URL_ADDRESS)).toEqual({
      function_name: `\${${FUNCTION}.function_name}`,
      authorization_type: 'NONE',
      invoke_mode: 'RESPONSE_STREAM',
    });
  });

  it('has both permissions: to use the URL, and to invoke the function, but only through the URL', () => {
    expect(stack.resource(PERMISSION)).toMatchObject({
      action: 'lambda:InvokeFunctionUrl',
      function_name: `\${${FUNCTION}.function_name}`,
      principal: '*',
      function_url_auth_type: 'NONE',
    });
    const { name: stackName, template_body: template, ...others } = stack.resource(STACK);
    expect(stackName).toBe(`http-tunnel-${name}-streaming-door`);
    expect(Object.keys(others)).toEqual(['depends_on']);
    expect(JSON.parse(template as string)).toEqual({
      Resources: {
        Invocation: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: `\${${FUNCTION}.function_name}`,
            InvokedViaFunctionUrl: true,
            Principal: '*',
          },
        },
      },
    });
  });

  it('lets nobody in before receive-message is up to date, which knows the URL', () => {
    for (const opening of [PERMISSION, STACK]) expect(stack.closure(opening)).toContain(RECEIVER);
    expect(stack.closure(RECEIVER)).toContain(URL_ADDRESS);
  });

  it('is known to the functions that tell visitors and agents of it, and not to its own function', () => {
    const knows = stack.resources('aws_lambda_function').filter(([, lambda]) => 'STREAM_URL' in variablesOf(lambda));
    expect(knows.map(([address]) => address).sort()).toEqual(['aws_lambda_function.forward-request', RECEIVER]);
    expect(stack.json.output['stream_url']?.['value']).toBe(`\${${URL_ADDRESS}.function_url}`);
  });

  it('gives its function the limits of the environment for streams, and the deadline of whole answers', () => {
    const { streams, timings } = environments[name];
    const applied = Object.entries(variablesOf(stack.resource(FUNCTION))).map(([key, value]) => [
      key,
      value.replace(/\$\{.*\}/, 'wss://a.example'),
    ]);
    expect(readSettings('stream-request', Object.fromEntries(applied) as Record<string, string>)).toMatchObject({
      REQUEST_DEADLINE_MS: timings.requestDeadlineMs,
      STREAM_LIFE_MS: timings.streamMs,
      STREAM_WINDOW_BYTES: streams.windowBytes,
      STREAM_CHUNK_BYTES: streams.chunkBytes,
      STREAM_GATHER_MS: streams.gatherMs,
      STREAM_PROBE_MS: streams.probeMs,
      STREAM_SILENCE_MS: streams.silenceMs,
      STREAM_HEARTBEAT_MS: streams.heartbeatMs,
      STREAM_STALL_MS: streams.stallMs,
    });
    expect(variablesOf(stack.resource('aws_lambda_function.forward-request'))['REQUEST_DEADLINE_MS']).toBe(
      String(timings.requestDeadlineMs),
    );
  });

  it('has one function, which the alarms on errors, throttles and duration watch', () => {
    for (const alarm of ['stream-errors', 'throttles', 'function-duration'])
      expect(JSON.stringify(stack.resource(`aws_cloudwatch_metric_alarm.${alarm}`))).toContain(`\${${FUNCTION}.function_name}`);
  });
});

describe.each(without)('the environment %s, which has no streaming door,', (name) => {
  it('has no trace of one', () => {
    expect(stackOf(name).text).not.toMatch(/stream-request|streaming-door|STREAM_|streams-|function_url|cloudformation|Streaming door/);
  });
});

describe('a streaming door', () => {
  it('changes nothing in the other resources but the URL in two functions, and what alarms and dashboard show', () => {
    const closed = stackOf('prod');
    const open = synthesizeStack(prodWithDoor);
    const changed = closed.addresses.filter(
      (address) => JSON.stringify(closed.resource(address)) !== JSON.stringify(open.resource(address)),
    );
    expect(changed.sort()).toEqual(
      [
        'aws_lambda_function.forward-request',
        RECEIVER,
        'aws_cloudwatch_dashboard.dashboard',
        ...['concurrency', 'function-duration', 'throttles'].map((id) => `aws_cloudwatch_metric_alarm.${id}`),
      ].sort(),
    );
    for (const address of ['aws_lambda_function.forward-request', RECEIVER]) {
      const { STREAM_URL: url, ...variables } = variablesOf(open.resource(address));
      expect(url).toBe(`\${${URL_ADDRESS}.function_url}`);
      expect({ ...open.resource(address), environment: { variables } }).toEqual(closed.resource(address));
    }
  });

  it('violates no policy rule in prod, where functions reserve concurrency and data is encrypted with a key of its own', () => {
    const { verdicts } = checkPolicy(readSynthesizedStack('prod', synthesizeStack(prodWithDoor).json), { today: new Date() });
    expect(verdicts.filter(({ outcome }) => outcome === 'violated' || outcome === 'undecided')).toEqual([]);
    const aboutDoor = verdicts.filter(({ address }) => [URL_ADDRESS, PERMISSION, STACK].includes(address)).map(({ rule }) => rule);
    expect(aboutDoor).toEqual(expect.arrayContaining(['function-url', 'lambda-permission-source', 'cloudformation-stack']));
  });
});
