import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** @param port 0 for any free port */
export async function listen(server: Server, port: number, host = '127.0.0.1'): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening');
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Cuts all connections. Does nothing for a server that does not listen. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A client that has got the last answer, and sends nothing for this long, loses the connection. In ms. */
const LAST_ANSWER_MS = 2000;

/** A client that goes on sending after the last answer loses the connection after this time, in ms. */
const LONGEST_CLOSE_MS = 30_000;

/** Sends the last answer on a connection that Node's server has handed over, and closes the connection. */
export function endWith(socket: Duplex, answer: string): void {
  socket.on('error', () => undefined);
  socket.write(answer);
  socket.resume();
  closeAfterAnswer(socket);
}

/**
 * Closes a connection whose last answer has been written. What the client still sends is discarded: bytes that nobody has read when a
 * connection is closed could cost the client the answer.
 */
export function closeAfterAnswer(socket: Duplex): void {
  socket.end();
  const destroy = (): void => void socket.destroy();
  // Node types the sockets of its servers as Duplex.
  (socket as Socket).setTimeout(LAST_ANSWER_MS, destroy);
  const timer = setTimeout(destroy, LONGEST_CLOSE_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
