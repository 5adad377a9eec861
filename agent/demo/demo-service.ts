import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { findEndpoint } from './demo-endpoints';
import { notFoundPage } from './demo-page';
import { sendHtml, type DemoExchange } from './demo-exchange';

export interface DemoService {
  readonly port: number;
  close(): Promise<void>;
}

/** Limit of a request's body, in bytes; larger bodies are refused. A tunnel carries at most 6 MB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * A local service to try a tunnel with: a page for people and endpoints for tests (`GET /` lists them).
 * @param port 0 for any free one
 */
export async function startDemoService(port = 0, host = '127.0.0.1'): Promise<DemoService> {
  const server = http.createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const body = await readBody(request);
  const { pathname, searchParams } = new URL(`http://demo${request.url ?? '/'}`);
  const exchange: DemoExchange = { request, response, body, query: searchParams };
  const found = findEndpoint(pathname);
  if (found) await found.endpoint.answer(exchange, found.argument);
  else sendHtml(response, 404, notFoundPage(pathname));
}

async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`the body has more than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
