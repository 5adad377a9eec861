import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { nonceIn, plannedDelay } from '../../bench/bench-service';
import { closeServer, listen, portOf } from '../../emulator/http-server';
import type { Sighting } from '../judge/history';
import { textFor } from '../load/bodies';
import { streamBody, writesOf, type StreamShape } from '../load/stream-body';

const parameter = (uri: string, name: string): string => new RegExp(`[?&]${name}=([\\w.-]+)`).exec(uri)?.[1] ?? '';

/** The service behind a tunnel: it does what each request asks for, and records each request that it gets. */
export class LocalService {
  private readonly responses = new Set<ServerResponse>();

  private constructor(private readonly server: Server) {}

  static async start(tunnel: string, record: (sighting: Sighting) => void): Promise<LocalService> {
    const server = createServer();
    const service = new LocalService(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      service.responses.add(response);
      response.once('close', () => service.responses.delete(response));
      // The agent may end in the middle of a request.
      void serve(tunnel, request, response, record).catch(() => response.destroy());
    });
    await listen(server, 0);
    return service;
  }

  get port(): number {
    return portOf(this.server);
  }

  /** Requests that have not ended. */
  get open(): number {
    return this.responses.size;
  }

  close(): Promise<void> {
    return closeServer(this.server);
  }
}

async function serve(
  tunnel: string,
  request: IncomingMessage,
  response: ServerResponse,
  record: (sighting: Sighting) => void,
): Promise<void> {
  const uri = request.url ?? '';
  const nonce = nonceIn(uri);
  const body = (await buffer(request)).toString();
  record({ nonce, tunnel, at: Date.now(), intact: body === textFor(nonce, Number(parameter(uri, 'up'))) });
  await sleep(plannedDelay(uri));
  switch (parameter(uri, 'manner')) {
    case 'silence':
      return;
    case 'hang-up':
      return void response.destroy();
    default:
      response.statusCode = parameter(uri, 'manner') === 'error' ? 500 : 200;
      if (parameter(uri, 'shape') !== '') return stream(nonce, uri, response);
      response.setHeader('content-type', 'text/plain');
      response.end(textFor(nonce, Number(parameter(uri, 'bytes'))));
  }
}

/** Writes a body in pieces, as the request asks for (chaos/load/stream-plan.ts), no faster than it is read. */
async function stream(nonce: string, uri: string, response: ServerResponse): Promise<void> {
  const shape = parameter(uri, 'shape') as StreamShape;
  const body = streamBody(nonce, shape, Number(parameter(uri, 'bytes')));
  const [gapMs, hushMs, breaksAt] = ['gap', 'hush', 'break'].map((name) => Number(parameter(uri, name) || 'NaN')) as [
    number,
    number,
    number,
  ];
  response.setHeader('content-type', shape === 'events' ? 'text/event-stream' : 'text/plain');
  if (parameter(uri, 'known') === '1') response.setHeader('content-length', body.length);
  if (shape === 'whole') return void response.end(body);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { signal } = gone;
  let written = 0;
  let isHushed = false;
  for (const piece of writesOf(body, shape)) {
    if (written >= breaksAt * body.length) return void response.destroy();
    if (!response.write(piece)) await once(response, 'drain', { signal });
    written += piece.length;
    if (gapMs > 0) await sleep(gapMs, undefined, { signal });
    if (!isHushed && hushMs > 0 && written >= body.length / 2) {
      isHushed = true;
      await sleep(hushMs, undefined, { signal });
    }
  }
  // A break within the last piece.
  if (!Number.isNaN(breaksAt)) response.destroy();
  else response.end();
}
