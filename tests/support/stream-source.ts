import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { startLocalServer } from './agent-local-server';

/** A stream that a visitor has opened, and that the test holds open. */
export interface HeldStream {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  write(text: string): void;
  end(): void;
  /** Ends the connection in mid-answer. */
  breakOff(): void;
}

export interface StreamSource {
  readonly port: number;
  /** The next stream that a visitor opens, or has opened. */
  opened(): Promise<HeldStream>;
  close(): Promise<void>;
}

/**
 * A local service whose streams say only what the test says: `/events` is an event stream, `/tokens` is text. Everything else is an
 * empty page.
 */
export async function startStreamSource(): Promise<StreamSource> {
  const waiting: HeldStream[] = [];
  const takers: ((stream: HeldStream) => void)[] = [];
  const server = await startLocalServer((request, response, body) => {
    const [path = ''] = (request.url ?? '').split('?');
    const type = { '/events': 'text/event-stream', '/tokens': 'text/plain; charset=utf-8' }[path];
    if (type === undefined) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>streams</title><link rel="icon" href="data:,">');
      return;
    }
    response.writeHead(200, { 'content-type': type }).flushHeaders();
    const stream = heldStream(request.headers, body.toString('utf8'), response);
    const take = takers.shift();
    if (take) take(stream);
    else waiting.push(stream);
  });
  return {
    port: server.port,
    opened: async () => waiting.shift() ?? (await new Promise<HeldStream>((resolve) => takers.push(resolve))),
    close: server.close,
  };
}

function heldStream(headers: IncomingHttpHeaders, body: string, response: ServerResponse): HeldStream {
  return {
    headers,
    body,
    write: (text) => void response.write(text),
    end: () => void response.end(),
    breakOff: () => void response.destroy(),
  };
}
