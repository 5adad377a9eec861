import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../../support/eventually';
import { arnOf, startLambda } from '../../support/lambda-fixture';
import type { LambdaFixture } from '../../support/lambda-fixture';

const QUEUE = 'arn:aws:sqs:eu-central-1:000000000000:dead-letters';
const directory = mkdtempSync(path.join(tmpdir(), 'lambda-async-'));
const RUNS = path.join(directory, 'runs');
/** Appends the request id to a file, and fails as often as the event says. */
const FLAKY = `const fs = require('node:fs');
  exports.handler = async ({ file, failures }, { awsRequestId }) => {
    fs.appendFileSync(file, awsRequestId + '\\n');
    const runs = fs.readFileSync(file, 'utf8').trim().split('\\n').length;
    if (runs <= failures) throw new TypeError('run ' + runs);
  };`;
const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:alarms';
const flaky = (asyncInvocation: { maxRetries: number; maxAgeMs: number; onSuccessArn?: string; onFailureArn?: string }) => ({
  files: { 'index.js': FLAKY },
  asyncInvocation,
});

let lambda: LambdaFixture;
afterEach(async () => {
  await lambda.close();
  rmSync(RUNS, { force: true });
});
afterAll(() => rmSync(directory, { recursive: true }));

const requestIds = (): string[] => readFileSync(RUNS, 'utf8').trim().split('\n');
const send = (failures: number): void => lambda.service.invokeAsync(arnOf('flaky'), { file: RUNS, failures });
const record = (): Record<string, unknown> => JSON.parse(lambda.sent[0]?.body ?? '{}') as Record<string, unknown>;

test('a failed asynchronous event is retried with the same request id until it succeeds', async () => {
  lambda = await startLambda(
    { flaky: flaky({ maxRetries: 2, maxAgeMs: 60_000, onFailureArn: QUEUE }) },
    { limits: { asyncRetryDelaysMs: [20, 40] } },
  );
  send(2);
  await eventually(() => lambda.records.length === 3);
  expect(new Set(requestIds()).size).toBe(1);
  expect(lambda.records.map(({ kind }) => kind)).toEqual(['error', 'error', 'ok']);
  expect(lambda.sent).toEqual([]);
});

test('an asynchronous event without retries left is sent to the on-failure destination in the format of Lambda', async () => {
  lambda = await startLambda(
    { flaky: flaky({ maxRetries: 1, maxAgeMs: 60_000, onFailureArn: QUEUE }) },
    { limits: { asyncRetryDelaysMs: [20] } },
  );
  send(9);
  await eventually(() => lambda.sent.length === 1);
  expect(requestIds()).toHaveLength(2);
  expect(lambda.sent[0]).toMatchObject({ queueArn: QUEUE, sender: { functionArn: arnOf('flaky') } });
  expect(record()).toEqual({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    requestContext: {
      requestId: requestIds()[0],
      functionArn: `${arnOf('flaky')}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 2,
    },
    requestPayload: { file: RUNS, failures: 9 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: { errorType: 'TypeError', errorMessage: 'run 2' },
  });
});

test('an asynchronous event that succeeds is sent to the topic of the on-success destination', async () => {
  lambda = await startLambda(
    { flaky: flaky({ maxRetries: 1, maxAgeMs: 60_000, onSuccessArn: TOPIC, onFailureArn: QUEUE }) },
    { limits: { asyncRetryDelaysMs: [20] } },
  );
  send(1);
  await eventually(() => lambda.published.length === 1);
  expect(lambda.published[0]).toMatchObject({ topicArn: TOPIC, sender: { functionArn: arnOf('flaky') } });
  expect(JSON.parse(lambda.published[0]?.body ?? '')).toMatchObject({
    requestContext: { requestId: requestIds()[0], condition: 'Success', approximateInvokeCount: 2 },
    requestPayload: { file: RUNS, failures: 1 },
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: null,
  });
  expect(lambda.sent).toEqual([]);
});

test('asyncEvents emits received, attempt, dropped and destinationFailed for an asynchronous event', async () => {
  lambda = await startLambda(
    { flaky: flaky({ maxRetries: 1, maxAgeMs: 60_000, onFailureArn: QUEUE }) },
    { limits: { asyncRetryDelaysMs: [20] }, refuseQueue: true },
  );
  const seen: string[] = [];
  for (const event of ['received', 'attempt', 'dropped', 'destinationFailed'] as const) {
    lambda.service.asyncEvents.on(
      event,
      (functionName: string, ageMs?: number) =>
        void seen.push(`${event} ${functionName}${ageMs !== undefined && ageMs >= 20 ? ', later' : ''}`),
    );
  }
  send(9);
  await eventually(() => seen.length === 5);
  expect(seen).toEqual(['received flaky', 'attempt flaky', 'attempt flaky, later', 'dropped flaky', 'destinationFailed flaky']);
});

test('an asynchronous event that would exceed its maximum age at the next retry is given up', async () => {
  lambda = await startLambda(
    { flaky: flaky({ maxRetries: 2, maxAgeMs: 1000, onFailureArn: QUEUE }) },
    { limits: { asyncRetryDelaysMs: [2000] } },
  );
  send(9);
  await eventually(() => lambda.sent.length === 1);
  expect(record()).toMatchObject({
    requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 },
  });
});

test('a throttled asynchronous event is retried until concurrency is free, and throttles do not count as retries', async () => {
  lambda = await startLambda({
    slow: {
      reservedConcurrency: 1,
      files: {
        'index.js': `exports.handler = async () => { await new Promise((r) => setTimeout(r, 400)); };`,
      },
      asyncInvocation: { maxRetries: 0, maxAgeMs: 60_000, onFailureArn: QUEUE },
    },
  });
  lambda.service.invokeAsync(arnOf('slow'), {});
  lambda.service.invokeAsync(arnOf('slow'), {});
  await eventually(() => lambda.records.filter(({ kind }) => kind === 'ok').length === 2);
  expect(lambda.service.stats().slow?.throttles).toBeGreaterThanOrEqual(1);
  expect(lambda.sent).toEqual([]);
});

test('an asynchronous event of a function with reserved concurrency 0 is sent to the on-failure destination at once', async () => {
  lambda = await startLambda({
    flaky: { ...flaky({ maxRetries: 2, maxAgeMs: 60_000, onFailureArn: QUEUE }), reservedConcurrency: 0 },
  });
  send(0);
  await eventually(() => lambda.sent.length === 1);
  expect(record()).toMatchObject({
    requestContext: { condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 },
  });
  expect(record()).not.toHaveProperty('responsePayload');
});

test.each([
  ['without a destination', undefined, 'aws_lambda_function.flaky has no on-failure destination'],
  ['whose destination refuses the event', QUEUE, `the destination ${QUEUE} refused the record: no such queue`],
])('a failed asynchronous event %s is dropped with a warning', async (_what, onFailureArn, reason) => {
  lambda = await startLambda({ flaky: flaky({ maxRetries: 0, maxAgeMs: 60_000, onFailureArn }) }, { refuseQueue: true });
  send(9);
  await eventually(() => lambda.lines.some(({ text }) => text.includes('dropped')));
  const line = lambda.lines.find(({ text }) => text.includes('dropped'));
  expect(line?.text).toBe(`event ${line?.requestId} was dropped (RetriesExhausted after 1 invocations): ${reason}`);
});

test('an asynchronous event above the payload limit or for an unknown function is refused at once', async () => {
  lambda = await startLambda({ flaky: FLAKY }, { limits: { asyncPayloadBytes: 100 } });
  expect(() => lambda.service.invokeAsync(arnOf('flaky'), 'x'.repeat(100))).toThrow('Request must be smaller than 100 bytes');
  expect(() => lambda.service.invokeAsync(arnOf('absent'), {})).toThrow(/^Function not found/);
});

test('a failed asynchronous event is not retried after close()', async () => {
  lambda = await startLambda({ flaky: flaky({ maxRetries: 2, maxAgeMs: 60_000 }) }, { limits: { asyncRetryDelaysMs: [100] } });
  send(9);
  await eventually(() => lambda.records.length === 1);
  await lambda.service.close();
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(requestIds()).toHaveLength(1);
});
