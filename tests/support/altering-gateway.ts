import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { listenOnAnyPort } from './listen';

export interface AlteringGateway {
  readonly url: string;
  close(): void;
}

interface Alterations {
  /** Gets the path without the query. */
  readonly path: (path: string) => string;
  readonly answerFields: (fields: IncomingHttpHeaders) => IncomingHttpHeaders;
}

/** An HTTP server that passes every request on to `target`, and changes paths and the header fields of answers. */
export async function startAlteringGateway(target: string, { path: altered, answerFields }: Alterations): Promise<AlteringGateway> {
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    const { method, headers, url = '' } = request;
    const [, path = '', query = ''] = /^([^?]*)(.*)$/.exec(url) ?? [];
    const onward = httpRequest({ hostname, port, method, headers, path: altered(path) + query }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answerFields(answer.headers));
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return {
    url: `http://127.0.0.1:${await listenOnAnyPort(server)}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
