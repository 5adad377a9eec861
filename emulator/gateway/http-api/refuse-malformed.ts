import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { endWith } from '../../http-server';
import { edgeMessage, type EdgeStatus } from './edge-response';

/** Statuses for errors of Node's strict parser; all other errors get 400. */
const STATUS: Record<string, EdgeStatus> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/**
 * Ends a connection whose bytes are not valid HTTP. An answer is sent only when it cannot be taken for another request's.
 * @returns `track`, which must be called for each request that the parser accepted
 */
export function refuseMalformed(server: Server): {
  track(request: IncomingMessage, done: Promise<void>): void;
} {
  const inProgress = new WeakMap<Duplex, IncomingMessage>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const request = inProgress.get(socket);
    // A complete request is still being answered: invalid bytes after it must not get an answer in its place.
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
  endWith(
    socket,
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
