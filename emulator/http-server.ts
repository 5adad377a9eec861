import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

/** A client gets this long to read the last answer and to close the connection, in ms. */
const LAST_ANSWER_MS = 2000;

/**
 * Sends the last answer on a connection that Node's server has handed over, and closes the connection. What the client still sends is
 * discarded: bytes that nobody has read when a connection is closed could cost the client the answer.
 */
export function endWith(socket: Duplex, answer: string): void {
  socket.on('error', () => undefined);
  socket.resume();
  socket.end(answer);
  const timer = setTimeout(() => socket.destroy(), LAST_ANSWER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
}
