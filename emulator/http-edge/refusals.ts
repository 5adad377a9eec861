import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { closeAfterAnswer, endWith } from '../http-server';
import { edgeResponse, type EdgeDialect, type EdgeResponse, type EdgeStatus } from './edge-response';
import { writeLastResponse } from './write-response';

/** Statuses for errors of Node's strict parser; all other errors get 400. */
const STATUS: Record<string, EdgeStatus> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Ends connections whose bytes are not valid HTTP, or whose request is refused before its body has come. */
export class Refusals {
  private readonly inProgress = new WeakMap<Duplex, IncomingMessage>();
  private readonly refused = new WeakSet<Duplex>();

  constructor(
    server: Server,
    private readonly dialect: EdgeDialect,
  ) {
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.refuseBytes(error, socket));
    // The edge is no proxy.
    server.on('connect', (_request, socket) => this.answer(socket, 400));
  }

  /** Whether the connection of a request is being closed: what follows a refused request is not read as a request. */
  isClosing({ socket }: IncomingMessage): boolean {
    return this.refused.has(socket);
  }

  /** Must be called for each request that the parser accepted. */
  track(request: IncomingMessage, done: Promise<void>): void {
    const { socket } = request;
    this.inProgress.set(socket, request);
    void done.then(() => {
      if (this.inProgress.get(socket) === request) this.inProgress.delete(socket);
    });
  }

  /** Answers a request whose body has not come, or not come whole, and closes the connection. */
  refuse(request: IncomingMessage, response: ServerResponse, refusal: EdgeResponse, requestId: string): void {
    const { socket } = request;
    this.refused.add(socket);
    request.on('error', () => undefined).resume();
    writeLastResponse(response, refusal, this.dialect.ownFields(requestId), () => closeAfterAnswer(socket));
  }

  /** An answer is sent only when it cannot be taken for another request's. */
  private refuseBytes(error: NodeJS.ErrnoException, socket: Duplex): void {
    // The last answer has been written, and the connection closes by itself.
    if (this.refused.has(socket)) return;
    // A complete request is still being answered: invalid bytes after it must not get an answer in its place.
    const isAnswering = this.inProgress.get(socket)?.complete === true;
    if (!socket.writable || error.code === 'ECONNRESET' || isAnswering) return void socket.destroy();
    this.answer(socket, STATUS[error.code ?? ''] ?? 400);
  }

  private answer(socket: Duplex, status: EdgeStatus): void {
    const { body } = edgeResponse(status, this.dialect);
    endWith(
      socket,
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body.toString()}`,
    );
  }
}
