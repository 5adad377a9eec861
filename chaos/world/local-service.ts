import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { nonceIn, plannedDelay } from '../../bench/bench-service';
import { closeServer, listen, portOf } from '../../emulator/http-server';
import type { Sighting } from '../judge/history';
import { textFor } from '../load/bodies';

const parameter = (uri: string, name: string): string => new RegExp(`[?&]${name}=([\\w-]+)`).exec(uri)?.[1] ?? '';

/** The service behind a tunnel: it does what each request asks for, and records each request that it gets. */
export class LocalService {
  private constructor(private readonly server: Server) {}

  static async start(tunnel: string, record: (sighting: Sighting) => void): Promise<LocalService> {
    const server = createServer((request, response) => {
      // The agent may end in the middle of a request.
      void serve(tunnel, request, response, record).catch(() => response.destroy());
    });
    await listen(server, 0);
    return new LocalService(server);
  }

  get port(): number {
    return portOf(this.server);
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
  await new Promise((resolve) => setTimeout(resolve, plannedDelay(uri)));
  switch (parameter(uri, 'manner')) {
    case 'silence':
      return;
    case 'hang-up':
      return void response.destroy();
    default: {
      response.statusCode = parameter(uri, 'manner') === 'error' ? 500 : 200;
      response.setHeader('content-type', 'text/plain');
      response.end(textFor(nonce, Number(parameter(uri, 'bytes'))));
    }
  }
}
