import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeServer, listen, portOf } from '../../emulator/http-server';
import { eventsOf, isEventsUri } from './events';

/** How often a paced body is written, in ms. */
const PACE_MS = 50;
/** One write of a body that goes as fast as it can. */
const WRITE_BYTES = 64 * 1024;

/** A body of bytes, as a visitor asks for it. */
export interface BytesPlan {
  readonly bytes: number;
  /** Undefined: as fast as the visitor takes them. */
  readonly perSecond?: number;
}

/** Path and query that ask the local service for bytes. */
export const bytesPath = ({ bytes, perSecond = 0 }: BytesPlan): string => `/bytes?bytes=${bytes}&rate=${perSecond}`;
/** Path and query that ask the local service for a whole answer. */
export const wholePath = (bytes: number): string => `/whole?bytes=${bytes}`;

/** The service behind the agent. Its answers stream, but for those of `wholePath`. */
export class StreamService {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<StreamService> {
    const server = createServer((incoming, response) => {
      void answer(incoming, response).catch(() => response.destroy());
    });
    server.keepAliveTimeout = 120_000;
    await listen(server, 0);
    return new StreamService(server);
  }

  get port(): number {
    return portOf(this.server);
  }

  /** Ends the answers that are under way: a function does not notice that its visitor has left. */
  cut(): void {
    this.server.closeAllConnections();
  }

  close(): Promise<void> {
    this.cut();
    return closeServer(this.server);
  }
}

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const uri = incoming.url ?? '';
  const of = (name: string): number => Number(new URLSearchParams(uri.slice(uri.indexOf('?'))).get(name));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  incoming.resume();
  if (isEventsUri(uri)) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for await (const event of eventsOf(uri, gone.signal)) response.write(event);
    response.end();
  } else if (uri.startsWith('/bytes?')) {
    const rate = of('rate');
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    await (rate > 0 ? writePaced(response, of('bytes'), rate, gone.signal) : writeAll(response, of('bytes'), gone.signal));
    response.end();
  } else {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': of('bytes') }).end(Buffer.alloc(of('bytes'), '.'));
  }
}

async function writePaced(response: ServerResponse, bytes: number, perSecond: number, signal: AbortSignal): Promise<void> {
  const beganAt = performance.now();
  for (let written = 0; written < bytes && !signal.aborted;) {
    const due = Math.min(bytes, Math.ceil(((performance.now() - beganAt + PACE_MS) / 1000) * perSecond));
    if (due > written) response.write(Buffer.alloc(due - written, '.'));
    written = Math.max(written, due);
    await sleep(PACE_MS);
  }
}

async function writeAll(response: ServerResponse, bytes: number, signal: AbortSignal): Promise<void> {
  const piece = Buffer.alloc(WRITE_BYTES, '.');
  for (let left = bytes; left > 0 && !signal.aborted; left -= WRITE_BYTES) {
    if (!response.write(left < WRITE_BYTES ? piece.subarray(0, left) : piece))
      await once(response, 'drain', { signal }).catch(() => undefined);
  }
}

/** A plain proxy in front of the service: what one more hop costs without a tunnel. */
export async function startPlainProxy(port: number): Promise<Server> {
  const proxy = createServer((incoming, response) => {
    const forwarded = request({ port, host: '127.0.0.1', path: incoming.url, headers: incoming.headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
    });
    forwarded.once('error', () => response.destroy());
    incoming.pipe(forwarded);
  });
  await listen(proxy, 0);
  return proxy;
}
