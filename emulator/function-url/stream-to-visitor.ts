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
  response.writeHead(status, headers.flat());
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    response.end();
    body.resume();
    return Promise.resolve();
  }
  response.flushHeaders();
  return new Promise((resolve) => {
    const timer = setTimeout(() => cut(), Math.max(0, longestMs)).unref();
    const cut = (): void => {
      // Without chunks, an end of the connection would look like the end of the body.
      if (request.httpVersion === '1.0') request.socket.resetAndDestroy();
      else request.socket.destroy();
    };
    body.pipe(response);
    finished(body, { writable: false }, (error) => {
      if (error) cut();
    });
    response.once('close', () => {
      clearTimeout(timer);
      if (!response.writableFinished) leave(body, tellsWhenVisitorLeaves);
      resolve();
    });
  });
}

/** The visitor has left. The function learns of it only if it is told; AWS does not tell it. */
function leave(body: Readable, tells: boolean): void {
  body.unpipe();
  if (tells) body.destroy(new Error('the visitor has left'));
  else body.resume();
}
