import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { edgeMessage, type EdgeStatus } from './edge-response';

/** Answers what Node's strict parser refuses; everything is 400 but these. */
const STATUS: Record<string, EdgeStatus> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/**
 * Ends a connection whose bytes are no HTTP, with an answer where that cannot be taken for another request's.
 * @returns what must be told of each request the parser let through
 */
export function refuseMalformed(server: Server): {
  track(request: IncomingMessage, done: Promise<void>): void;
} {
  const inProgress = new WeakMap<Duplex, IncomingMessage>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const request = inProgress.get(socket);
    // A complete request is still being answered: garbage that follows it must not get an answer in its place.
    if (!socket.writable || error.code === 'ECONNRESET' || request?.complete) return void socket.destroy();
    answer(socket, STATUS[error.code ?? ''] ?? 400);
  });
  // An HTTP API is no proxy.
  server.on('connect', (_request, socket) => answer(socket, 400));
  return {
    track(request, done) {
      const { socket } = request;
      inProgress.set(socket, request);
      void done.then(() => {
        if (inProgress.get(socket) === request) inProgress.delete(socket);
      });
    },
  };
}

function answer(socket: Duplex, status: EdgeStatus): void {
  const body = edgeMessage(status);
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
