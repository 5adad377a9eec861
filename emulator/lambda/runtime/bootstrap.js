/**
 * The runtime of one execution environment: loads the handler, then takes one invocation after the other from the Lambda
 * Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). AWS's own client, `aws-lambda-ric`, compiles
 * C++ when it is installed. This runtime does the same for Node 22 handlers, buffered or streaming (`awslambda`), without
 * `context.succeed/fail/done`.
 */
'use strict';

const { highWaterMarkOf, installAwsLambda, isStreaming } = require('./aws-lambda-global');
const { LambdaConsole } = require('./lambda-console');
const { createContext } = require('./context');
const { loadHandler } = require('./load-handler');
const { NodeJsExit, UnhandledPromiseRejection } = require('./runtime-errors');
const { RuntimeClient } = require('./runtime-client');

/** Exit codes of AWS's client after an uncaught exception and an unhandled rejection. */
const UNCAUGHT_EXCEPTION = 129;
const UNHANDLED_REJECTION = 128;

const client = new RuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API);
const logs = new LambdaConsole(process.env);
let currentRequestId;
let onEmptyEventLoop = () => undefined;

process.on('beforeExit', () => onEmptyEventLoop());
process.on('uncaughtException', (error) => die('Uncaught Exception', error, UNCAUGHT_EXCEPTION));
process.on('unhandledRejection', (reason, promise) => {
  die('Unhandled Promise Rejection', new UnhandledPromiseRejection(reason, promise), UNHANDLED_REJECTION);
});

async function main() {
  installAwsLambda();
  const { handler, keepCode } = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER, process.argv[2]);
  await serve(handler);
  keepCode();
  for (;;) await serve(handler);
}

async function serve(handler) {
  const { event, headers } = await client.next();
  const context = createContext(headers);
  currentRequestId = context.awsRequestId;
  logs.requestId = currentRequestId;
  setTraceHeader(headers['lambda-runtime-trace-id']);
  if (isStreaming(handler)) return streamResponse(handler, event, context);
  let body;
  try {
    body = serialize(await run(handler, event, context));
  } catch (error) {
    logs.error('Invoke Error', error);
    await client.postError(currentRequestId, error);
    return;
  } finally {
    onEmptyEventLoop = () => undefined;
  }
  await client.postResponse(currentRequestId, body);
}

/**
 * Runs a streaming handler. The invocation is over when the handler has returned and its stream has ended. As with AWS's client, a handler
 * that returns without ending its stream runs into its time-out.
 */
async function streamResponse(handler, event, context) {
  const stream = client.streamResponse(currentRequestId, highWaterMarkOf(handler));
  try {
    const running = handler(event, stream, context);
    if (typeof running?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
    if ((await running) !== undefined) globalThis.console.warn('Streaming handlers ignore return values.');
    await stream.received;
  } catch (error) {
    logs.error('Invoke Error', error);
    if (await stream.fail(error)) return;
    // The stream cannot carry the error: it has ended already, or its connection is gone.
    await client.postError(currentRequestId, error);
  }
}

/** Resolves with what the handler returned or gave to its callback; rejects with what it threw. */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, result) => {
      if (error !== undefined && error !== null) reject(error);
      else if (context.callbackWaitsForEmptyEventLoop) onEmptyEventLoop = () => resolve(result);
      else resolve(result);
    };
    // The event loop is empty and there is no answer: an error for an async handler, null for a handler with a callback.
    const isAsync = handler.constructor.name === 'AsyncFunction';
    onEmptyEventLoop = () => (isAsync ? reject(new NodeJsExit()) : resolve(null));
    const result = handler(event, context, callback);
    if (result && typeof result.then === 'function') result.then(resolve, reject);
  });
}

function serialize(result) {
  try {
    return JSON.stringify(result === undefined ? null : result);
  } catch {
    throw new Error('Unable to stringify response body');
  }
}

function setTraceHeader(header) {
  if (header) process.env._X_AMZN_TRACE_ID = header;
  else delete process.env._X_AMZN_TRACE_ID;
}

/** Reports the error that ends this environment, as the result of the running invocation or as a failed init, and exits. */
function die(message, error, exitCode) {
  logs.error(message, error);
  const posted = currentRequestId ? client.postError(currentRequestId, error) : client.postInitError(error);
  posted.catch(() => undefined).then(() => process.exit(exitCode));
}

main().catch((error) => {
  // The local cloud has ended, so nothing can receive the error.
  if (error.isRuntimeApiGone) process.exit(1);
  die('Uncaught Exception', error, UNCAUGHT_EXCEPTION);
});
