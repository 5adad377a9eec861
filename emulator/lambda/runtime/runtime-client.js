/** Speaks the Lambda Runtime API over one kept-alive connection. */
'use strict';

const { Buffer } = require('node:buffer');
// Imported before the function loads: the X-Ray SDK replaces http.request, and would trace the runtime's own calls.
const { Agent, request: httpRequest } = require('node:http');
const { URL } = require('node:url');
const { ResponseStream, STREAM_HEADERS } = require('./response-stream');
const { toErrorResponse } = require('./runtime-errors');

class RuntimeClient {
  /** @param address `127.0.0.1:PORT/ENVIRONMENT-ID`: all environments use one port, each under its own path */
  constructor(address) {
    this.url = new URL(`http://${address}`);
    // Idle sockets of an agent are unref'd, so an idle connection does not hide an empty event loop.
    this.agent = new Agent({ keepAlive: true });
  }

  /** Waits for the next invocation; the process is frozen while it waits. */
  async next() {
    const { headers, body } = await this.request('GET', 'invocation/next');
    return { headers, event: JSON.parse(body) };
  }

  /** @param body JSON text */
  async postResponse(requestId, body) {
    await this.request('POST', `invocation/${requestId}/response`, body);
  }

  /** Opens the streamed response of an invocation. */
  streamResponse(requestId, highWaterMark) {
    let request;
    const received = new Promise((resolve, reject) => {
      request = httpRequest({ ...this.target('POST', `invocation/${requestId}/response`), headers: STREAM_HEADERS }, (response) => {
        response.resume();
        response.on('end', resolve);
        response.on('error', reject);
      });
      request.on('error', reject);
    });
    return new ResponseStream(request, received, highWaterMark);
  }

  async postError(requestId, error) {
    await this.postFailure(`invocation/${requestId}/error`, error);
  }

  async postInitError(error) {
    await this.postFailure('init/error', error);
  }

  async postFailure(path, error) {
    const response = toErrorResponse(error);
    const type = { 'Lambda-Runtime-Function-Error-Type': encodeURIComponent(response.errorType) };
    await this.request('POST', path, JSON.stringify(response), type);
  }

  target(method, path) {
    const { hostname, port, pathname } = this.url;
    return { agent: this.agent, hostname, port, method, path: `${pathname.replace(/\/$/, '')}/2018-06-01/runtime/${path}` };
  }

  request(method, path, body = '', headers = {}) {
    const options = {
      ...this.target(method, path),
      headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
    };
    return new Promise((resolve, reject) => {
      const gone = (error) => reject(Object.assign(error, { isRuntimeApiGone: true }));
      const request = httpRequest(options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve({ headers: response.headers, body: text }));
        response.on('error', gone);
      });
      request.on('error', gone);
      request.end(body);
    });
  }
}

module.exports = { RuntimeClient };
