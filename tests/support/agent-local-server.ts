import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

type Listener = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => void;

export interface LocalServer {
  readonly port: number;
  /** How many connections it has accepted. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** A real local service; bodies are read before the listener is called. */
export async function startLocalServer(listener: Listener): Promise<LocalServer> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => listener(request, response, Buffer.concat(chunks)));
    request.on('error', () => undefined);
  });
  let connections = 0;
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A local service on plain TCP. The test decides what the service answers to each piece of input. */
export async function startRawServer(onData: (socket: net.Socket, data: Buffer) => void): Promise<LocalServer> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (data) => onData(socket, data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const { port, close } = await startRawServer(() => undefined);
  await close();
  return port;
}
