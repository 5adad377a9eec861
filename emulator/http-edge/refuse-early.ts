import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers a request that comes after a port was opened and before the gateway behind the port has started. */
export function refuseEarly(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { connection: 'close' }).end();
}
