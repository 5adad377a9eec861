import { arnOf, startLambda, TIMEOUT_MS } from '../../support/lambda-fixture';
import type { LambdaFixture } from '../../support/lambda-fixture';

const FUNCTIONS = {
  echo: `exports.handler = async (event, context) => ({ event, context, remaining: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });`,
  'es-module': {
    files: { 'index.mjs': `export const handler = async () => import.meta.url.endsWith('/index.mjs');` },
  },
  nested: {
    handler: 'lib/entry.handlers.main',
    files: { 'lib/entry.cjs': `exports.handlers = { main: async () => 'found' };` },
  },
  callback: `exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event), 5); };`,
  'callback-at-once': `exports.handler = (event, context, callback) => {
    context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 'early'); };`,
  'patches-http': `require('node:http').request = () => { throw new Error('traced'); }; exports.handler = async () => 'unseen';`,
  nothing: `exports.handler = async () => {};`,
  silent: `exports.handler = () => {};`,
  throws: `class QuotaError extends Error { name = 'QuotaError' } exports.handler = async () => { throw new QuotaError('too many'); };`,
  'throws-sync': `exports.handler = () => { throw new TypeError('not a tunnel'); };`,
  'throws-text': `exports.handler = async () => { throw 'no error at all'; };`,
  circular: `exports.handler = async () => { const a = {}; a.a = a; return a; };`,
  'never-settles': `exports.handler = async () => new Promise(() => {});`,
  unhandled: `exports.handler = () => { Promise.reject(new Error('nobody looked')); return new Promise((r) => setTimeout(r, 1000)); };`,
  uncaught: `exports.handler = () => new Promise(() => setTimeout(() => { throw new RangeError('in a timer'); }, 5));`,
  exits: `exports.handler = async () => process.exit(3);`,
  'exits-well': `exports.handler = async () => process.exit(0);`,
  'throws-later': `exports.handler = async ({ first, ms }) => {
    if (first) setTimeout(() => { throw new RangeError('late'); }, 500);
    await new Promise((r) => setTimeout(r, ms)); return 'in time'; };`,
  large: `exports.handler = async ({ bytes }) => 'x'.repeat(bytes);`,
  stuck: { timeoutMs: 200, files: { 'index.js': `exports.handler = async () => { for (;;); };` } },
};

let lambda: LambdaFixture;
beforeAll(async () => {
  lambda = await startLambda(FUNCTIONS, { limits: { syncPayloadBytes: 10_000 } });
});
afterAll(() => lambda.close());

interface Echo {
  event: unknown;
  context: Record<string, unknown>;
  remaining: number;
  trace: string;
}
const echo = async (options?: { traceHeader?: string }): Promise<Echo> => {
  const { requestId, ...result } = await lambda.service.invoke(arnOf('echo'), { a: 'ä' }, options);
  const { payload } = result as unknown as { payload: Echo };
  // The invoker gets the id that the logs use for the invocation.
  expect(payload.context['awsRequestId']).toBe(requestId);
  return payload;
};

test('a handler gets the event and the Lambda context, and the caller gets the result of the handler', async () => {
  const { event, context, remaining } = await echo();
  expect(event).toEqual({ a: 'ä' });
  expect(context).toMatchObject({
    functionName: 'echo',
    functionVersion: '$LATEST',
    invokedFunctionArn: arnOf('echo'),
    memoryLimitInMB: '256',
    logGroupName: '/aws/lambda/echo',
    callbackWaitsForEmptyEventLoop: true,
  });
  expect(context.logStreamName).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  expect(remaining).toBeGreaterThan(0);
  expect(remaining).toBeLessThanOrEqual(TIMEOUT_MS);
});

test('each invocation has its own request id and trace, and the trace is not sampled without a collector', async () => {
  const [one, two] = [await echo(), await echo()];
  expect(one.context.awsRequestId).not.toBe(two.context.awsRequestId);
  expect(one.trace).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
  expect(one.trace).not.toBe(two.trace);
});

test('a trace header from the caller keeps its trace id and sampling decision, but gets a new parent segment', async () => {
  const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
  expect((await echo({ traceHeader })).trace).toMatch(
    /^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=(?!53995c3f42cd8ad8)[0-9a-f]{16};Sampled=1$/,
  );
});

test.each([
  ['es-module', true],
  ['nested', 'found'],
  ['callback', { n: 1 }],
  ['callback-at-once', 'early'],
  ['patches-http', 'unseen'],
  ['nothing', null],
  ['silent', null],
])('the handler of the test function "%s" is called as on AWS', async (name, payload) => {
  expect(await lambda.invoke(name, { n: 1 })).toEqual({ kind: 'ok', payload });
});

test.each([
  ['throws', 'QuotaError', 'too many'],
  ['throws-sync', 'TypeError', 'not a tunnel'],
  ['throws-text', 'string', 'no error at all'],
  ['circular', 'Error', 'Unable to stringify response body'],
  ['never-settles', 'Runtime.NodeJsExit', expect.stringContaining('Promise that was never settled')],
  ['unhandled', 'Runtime.UnhandledPromiseRejection', 'Error: nobody looked'],
  ['uncaught', 'RangeError', 'in a timer'],
])('the test function "%s" fails with the error type and message of Lambda', async (name, errorType, errorMessage: unknown) => {
  expect(await lambda.invoke(name)).toEqual({ kind: 'error', errorType, errorMessage });
});

test.each([
  ['exits', /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/],
  ['exits-well', /^RequestId: [0-9a-f-]{36} Error: Runtime exited without providing a reason$/],
])('the test function "%s" fails with Runtime.ExitError', async (name, message) => {
  const errorMessage: unknown = expect.stringMatching(message);
  expect(await lambda.invoke(name)).toEqual({ kind: 'error', errorType: 'Runtime.ExitError', errorMessage });
});

test('a handler that exceeds its time-out is killed, even if it blocks the event loop', async () => {
  const errorMessage: unknown = expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.20 seconds$/);
  expect(await lambda.invoke('stuck')).toEqual({
    kind: 'error',
    errorType: 'Sandbox.Timedout',
    errorMessage,
  });
});

test('after a crash, the next invocation gets a new environment', async () => {
  expect(await lambda.invoke('uncaught')).toMatchObject({ errorType: 'RangeError' });
  expect(await lambda.invoke('uncaught')).toMatchObject({ errorType: 'RangeError' });
  const [last, before] = lambda.records.filter(({ functionName }) => functionName === 'uncaught').reverse();
  expect(last?.coldStart).toBe(true);
  expect(last?.environmentId).not.toBe(before?.environmentId);
});

test('an exception in a timer of an earlier invocation ends the environment during the next invocation', async () => {
  expect(await lambda.invoke('throws-later', { first: true, ms: 0 })).toEqual({
    kind: 'ok',
    payload: 'in time',
  });
  expect(await lambda.invoke('throws-later', { ms: 60_000 })).toMatchObject({ kind: 'error' });
  expect(await lambda.invoke('throws-later', { ms: 0 })).toEqual({ kind: 'ok', payload: 'in time' });
});

test('a request above the payload limit is refused with RequestTooLargeException', async () => {
  const result = await lambda.invoke('nothing', 'x'.repeat(10_000));
  expect(result).toMatchObject({ kind: 'error', errorType: 'RequestTooLargeException' });
});

test('a response above the payload limit is an error, and the environment stays in use', async () => {
  expect(await lambda.invoke('large', { bytes: 9_998 })).toMatchObject({ kind: 'ok' });
  expect(await lambda.invoke('large', { bytes: 20_000 })).toMatchObject({
    kind: 'error',
    errorType: 'Function.ResponseSizeTooLarge',
  });
  expect(await lambda.invoke('large', { bytes: 1 })).toEqual({ kind: 'ok', payload: 'x' });
  expect(lambda.service.environments('large')).toHaveLength(1);
});

test('an invocation of an unknown ARN is rejected with an error that lists the existing functions', async () => {
  await expect(lambda.service.invoke(arnOf('absent'), {})).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    message: expect.stringContaining(arnOf('echo')) as string,
  });
});
