import { finished, type Readable } from 'node:stream';
import type { HeaderFields } from '../http-edge/edge-response';
import type { Exchange } from '../http-edge/visitor-server';

export interface StreamOptions {
  /** A response that takes longer is cut, in ms. */
  readonly longestMs: number;
  /** Whether the function's stream fails when the visitor leaves. */
  readonly tellsWhenVisitorLeaves: boolean;
}

/**
 * Sends a head and a body that is still coming, as fast as the visitor reads. A body that fails cuts the connection: a short body must not
 * look whole.
 * @returns a promise that resolves when the connection has nothing more to do with the body
 */
export function streamToVisitor(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  { status, headers }: { readonly status: number; readonly headers: HeaderFields },
  body: Readable,
  { longestMs, tellsWhenVisitorLeaves }: StreamOptions,
): Promise<void> {
  const { socket } = request;
  response.writeHead(status, headers.flat());
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    response.end();
    body.resume();
    return Promise.resolve();
  }
  if (socket.destroyed) {
    leave(body, tellsWhenVisitorLeaves);
    return Promise.resolve();
  }
  response.flushHeaders();
  return new Promise((resolve) => {
    const cut = (): void => {
      // Without chunks, an end of the connection would look like the end of the body.
      if (request.httpVersion === '1.0') socket.resetAndDestroy();
      else socket.destroy();
    };
    const timer = setTimeout(cut, Math.max(0, longestMs)).unref();
    const onClose = (): void => {
      leave(body, tellsWhenVisitorLeaves);
      done();
    };
    const done = (): void => {
      clearTimeout(timer);
      socket.off('close', onClose);
      resolve();
    };
    // The response of a pipelined request has no socket yet, and would not notice that the visitor leaves.
    socket.once('close', onClose);
    response.once('finish', done);
    finished(body, { writable: false }, (error) => {
      if (error) cut();
    });
    body.pipe(response);
  });
}

/** The visitor has left. The function learns of it only if it is told; AWS does not tell it. */
function leave(body: Readable, tells: boolean): void {
  body.unpipe();
  if (tells) body.destroy(new Error('the visitor has left'));
  else body.resume();
}
