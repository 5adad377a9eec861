/**
 * The global `awslambda`, by which a function streams its response
 * (https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html).
 */
'use strict';

const { Uint8Array } = globalThis;

/** AWS's client marks a handler by these symbols; libraries that wrap handlers copy the marks. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.highWaterMark');

const WITH_METADATA = 'application/vnd.awslambda.http-integration-response';
/** Ends the metadata: JSON text contains no NUL. */
const DELIMITER = new Uint8Array(8);

/** Marks a handler `(event, responseStream, context)`. The handler itself is returned, as AWS's client does. */
function streamifyResponse(handler, options) {
  handler[STREAMING] = 'response';
  if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
  return handler;
}

const HttpResponseStream = {
  /**
   * Puts status, header fields and cookies before the body. They are sent with the first `write`, as AWS's client sends them: a handler
   * that only calls `end` sends no metadata, and the visitor gets 200 (https://github.com/middyjs/middy/issues/1189).
   */
  from(responseStream, metadata) {
    responseStream.setContentType(WITH_METADATA);
    const prelude = JSON.stringify(metadata);
    responseStream._onBeforeFirstWrite = (write) => {
      write(prelude);
      write(DELIMITER);
    };
    return responseStream;
  },
};

function installAwsLambda() {
  globalThis.awslambda = { ...globalThis.awslambda, streamifyResponse, HttpResponseStream };
}

const isStreaming = (handler) => handler[STREAMING] === 'response';
const highWaterMarkOf = (handler) => handler[HIGH_WATER_MARK];

module.exports = { highWaterMarkOf, installAwsLambda, isStreaming };
