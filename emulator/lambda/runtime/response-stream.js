/** The stream that a streaming handler writes its response to. */
'use strict';

const { Buffer } = require('node:buffer');
const { Writable } = require('node:stream');
const { toErrorResponse } = require('./runtime-errors');

const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

/** Header fields of the request that carries a streamed response. */
const STREAM_HEADERS = {
  'Lambda-Runtime-Function-Response-Mode': 'streaming',
  Trailer: [ERROR_TYPE, ERROR_BODY],
  'Content-Type': 'application/octet-stream',
  'Transfer-Encoding': 'chunked',
};

/**
 * A Writable over the request to the Runtime API. When the receiver does not read, `write` returns false, and at most `highWaterMark`
 * bytes and one write wait here, beside what the request's socket and the system hold. AWS's client hands out a view of the request
 * itself, which behaves in the same way.
 */
class ResponseStream extends Writable {
  /** @param received resolves when the Runtime API has answered the request; rejects when its connection has ended before */
  constructor(request, received, highWaterMark) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this.request = request;
    this.received = received;
    this.isStarted = false;
    this._onBeforeFirstWrite = undefined;
    this.afterDrain = undefined;
    request.on('drain', () => {
      const { afterDrain } = this;
      this.afterDrain = undefined;
      afterDrain?.();
    });
    request.on('error', (error) => this.destroy(error));
    // A handler that ignores errors of its stream must not end the process.
    this.on('error', () => undefined);
    received.catch(() => undefined);
  }

  /** @throws Error after the first write */
  setContentType(contentType) {
    if (this.isStarted) throw new Error('Cannot set content-type, too late.');
    this.request.setHeader('Content-Type', contentType);
  }

  /** A value that is neither text nor bytes is written as JSON. */
  write(chunk, ...rest) {
    const isData = typeof chunk === 'string' || chunk instanceof Uint8Array;
    if (!this.isStarted) {
      this.isStarted = true;
      this._onBeforeFirstWrite?.((prelude) => super.write(prelude));
    }
    return super.write(isData ? chunk : JSON.stringify(chunk), ...rest);
  }

  /** Ends the response as failed, in a way that the receiver notices. @returns false when the response can no longer be ended so */
  async fail(error) {
    if (this.destroyed || this.writableEnded) return false;
    const response = toErrorResponse(error);
    this.request.addTrailers({
      [ERROR_TYPE]: encodeURIComponent(response.errorType),
      [ERROR_BODY]: Buffer.from(JSON.stringify(response)).toString('base64'),
    });
    this.end();
    return this.received.then(
      () => true,
      () => false,
    );
  }

  _write(chunk, _encoding, callback) {
    if (this.request.write(chunk)) callback();
    else this.afterDrain = callback;
  }

  _final(callback) {
    this.request.end(() => callback());
  }

  _destroy(error, callback) {
    // A response that was ended is on its way; its request ends by itself.
    if (!this.writableFinished) this.request.destroy(error ?? undefined);
    callback(error);
  }
}

module.exports = { ResponseStream, STREAM_HEADERS };
