/** A function URL in the stack of the local environment, with a function of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { FaultPlan } from '../../emulator/faults/fault-plan';
import type { Environment } from '../../environments';
import { eventually } from '../support/eventually';
import { startCloud, type CloudUnderTest, type CloudUnderTestOptions } from '../support/tunnel';

const SOURCE = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { 'content-type': 'text/event-stream' } });
  out.write('data: ' + event.rawPath + '\\n\\n');
  await new Promise((go) => setTimeout(go, Number(event.rawQueryString || 100)));
  out.end('data: ' + process.env.STACK_NAME + '\\n\\n');
});`;

const FAULTS: FaultPlan = {
  seed: 1,
  faults: [
    { name: 'fails', on: 'invocations', match: { function: 'streams' }, do: 'fail', switched: true },
    { name: 'dies', on: 'invocations', match: { function: 'streams' }, do: 'kill', switched: true },
    { name: 'is-throttled', on: 'invocations', match: { function: 'streams' }, do: 'throttle', switched: true },
    { name: 'comes-twice', on: 'invocations', match: { function: 'streams' }, do: 'duplicate', switched: true },
    { name: 'dies-in-mid-stream', on: 'environments', match: { function: 'streams' }, do: 'kill', everyMs: 20, switched: true },
  ],
};

/** The stack's own function URL would be a second one. */
const withoutDoor = (same: Environment): Environment => ({ ...same, streamingDoor: false });

let directory: string;
let cloud: CloudUnderTest;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'function-url-'));
  const zip = path.join(directory, 'streams.zip');
  await writeFile(zip, zipSync({ 'index.js': strToU8(SOURCE) }));
  cloud = await startCloud({
    environment: withoutDoor,
    stack: withStreams(zip),
    traces: true,
    faults: FAULTS,
    latency: (operation) => (operation === 'gateway to function' ? 50 : 0),
  });
});
afterAll(async () => {
  await cloud.close();
  await rm(directory, { recursive: true });
});

type Change = NonNullable<CloudUnderTestOptions['stack']>;

/** Adds a function with the role of `sweep`, its URL, and both permissions. */
const withStreams =
  (zip: string): Change =>
  (resources) => {
    const add = (type: string, name: string, attributes: object): void => {
      (resources[type] ??= {})[name] = attributes;
    };
    const { role, logging_config } = resources['aws_lambda_function']?.['sweep'] as { role: string; logging_config: object };
    add('aws_lambda_function', 'streams', {
      function_name: 'streams',
      handler: 'index.handler',
      runtime: 'nodejs22.x',
      filename: zip,
      role,
      logging_config,
      timeout: 60,
      environment: { variables: { STACK_NAME: '${aws_cloudformation_stack.streams-invoke.name}' } },
    });
    add('aws_lambda_function_url', 'streams', {
      function_name: '${aws_lambda_function.streams.function_name}',
      authorization_type: 'NONE',
      invoke_mode: 'RESPONSE_STREAM',
    });
    add('aws_lambda_permission', 'streams-url', {
      action: 'lambda:InvokeFunctionUrl',
      function_name: '${aws_lambda_function.streams.function_name}',
      principal: '*',
      function_url_auth_type: 'NONE',
    });
    const properties = {
      Action: 'lambda:InvokeFunction',
      FunctionName: '${aws_lambda_function.streams.function_name}',
      Principal: '*',
      InvokedViaFunctionUrl: true,
    };
    add('aws_cloudformation_stack', 'streams-invoke', {
      name: 'streams-invoke',
      template_body: JSON.stringify({ Resources: { Invoke: { Type: 'AWS::Lambda::Permission', Properties: properties } } }),
    });
  };

test('a stack with a function URL boots, and serves the URL on a port of its own, after the latency of an invocation', async () => {
  const { spec, lambda, metrics } = cloud.cloud.services;
  const url = spec.functionUrls[0]?.url ?? '';
  const beganAt = performance.now();
  const response = await fetch(`${url}a%2Fb`);
  expect(performance.now() - beganAt).toBeGreaterThan(45);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(await response.text()).toBe('data: /a%2Fb\n\ndata: streams-invoke\n\n');
  await eventually(() => expect(lambda.stats()['streams']).toMatchObject({ invocations: 1, errors: 0 }));
  expect(lambda.stats()['streams']?.durationMs).toBeGreaterThan(95);

  const hour = 60 * 60 * 1000;
  const from = Math.floor(Date.now() / hour) * hour - hour;
  const total = (name: string): number | undefined =>
    metrics.read({
      namespace: 'AWS/Lambda',
      name,
      dimensions: { FunctionName: 'streams' },
      statistic: 'Sum',
      periodMs: 3 * hour,
      from,
      to: from + 3 * hour,
    })[0]?.value;
  expect([total('UrlRequestCount'), total('Url4xxCount'), total('Url5xxCount')]).toEqual([1, 0, 0]);
  expect(total('UrlRequestLatency')).toBeGreaterThan(140);
  expect(cloud.cloud.services.keptTraces.all().some((trace) => JSON.stringify(trace).includes('"streams"'))).toBe(true);
  expect(cloud.warnings).toEqual([]);
});

const get = (query = ''): Promise<Response> => fetch(`${cloud.cloud.services.spec.functionUrls[0]?.url}${query}`);

/** Runs `use` while a fault of the plan strikes. */
async function during<T>(fault: string, use: () => Promise<T>): Promise<T> {
  const { faults } = cloud.cloud.services;
  faults.begin(fault);
  try {
    return await use();
  } finally {
    faults.end(fault);
  }
}

test.each([
  ['fails', 502],
  ['dies', 502],
  ['is-throttled', 429],
])('a fault at the invocation reaches the visitor: the function %s', async (fault, status) => {
  expect((await during(fault, () => get())).status).toBe(status);
});

test('a fault that runs the function twice gives the visitor one answer, and both runs end', async () => {
  const { lambda } = cloud.cloud.services;
  const before = lambda.stats()['streams']?.invocations ?? 0;
  const response = await during('comes-twice', () => get());
  expect(await response.text()).toBe('data: /\n\ndata: streams-invoke\n\n');
  await eventually(() => expect(lambda.stats()['streams']?.invocations).toBe(before + 2));
});

test('a function that is killed in mid-stream cuts the connection', async () => {
  const response = await get('?30000');
  await expect(during('dies-in-mid-stream', () => response.text())).rejects.toThrow('terminated');
});

test('a stack without a function URL has no such port', async () => {
  const plain = await startCloud({ environment: withoutDoor });
  try {
    expect(plain.cloud.services.functionUrl).toBeUndefined();
    expect(plain.cloud.services.spec.functionUrls).toEqual([]);
  } finally {
    await plain.close();
  }
});
