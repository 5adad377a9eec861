import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenOnAnyPort } from './listen';

/** Changes an emulator's answer to a call. Its parameters are the request's body and the answer. */
export type Distortion = (asked: string, answer: { readonly status: number; readonly body: string }) => { status: number; body: string };

/** Stands in front of an emulator, so that tests can see what happens when an emulator behaves in another way than AWS. */
export async function startDistortingProxy(target: string, distort: Distortion): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    void forward(target, request, distort).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => response.writeHead(502).end(String(error)),
    );
  });
  const port = await listenOnAnyPort(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function forward(target: string, request: IncomingMessage, distort: Distortion) {
  const asked = await text(request);
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
  const reply = await fetch(`${target}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: headers as Record<string, string>,
    ...(asked !== '' && { body: asked }),
  });
  const answer = distort(asked, { status: reply.status, body: await reply.text() });
  const { 'content-length': ____, ...kept } = Object.fromEntries(reply.headers);
  return { ...answer, headers: kept };
}
