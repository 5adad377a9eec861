/**
 * Runs dynalite in memory, in this process. Requests go to dynalite's request handler without a socket (0.1-0.25 ms per
 * operation instead of 0.35-0.4 ms over loopback). No port is open that would bypass the AWS endpoint.
 */
import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import { engineHeaders } from './engine';
import type { Engine, EngineReply } from './engine';

export interface DynaliteOptions {
  readonly region: string;
  /** Largest item, in bytes. */
  readonly itemBytes: number;
}

export function dynaliteEngine({ region, itemBytes }: DynaliteOptions): Engine {
  const server = dynalite({ createTableMs: 0, maxItemSizeKb: itemBytes / 1024 });
  return {
    send: (operation, input) =>
      new Promise((resolve) => {
        const request = Object.assign(new EventEmitter(), {
          method: 'POST',
          url: '/',
          headers: engineHeaders(operation, region),
        });
        server.emit('request', request, responseTo(resolve));
        request.emit('data', Buffer.from(JSON.stringify(input)));
        request.emit('end');
      }),
    // Nothing to close: the server never listened, and its data is freed with the last reference to the server.
    close: () => Promise.resolve(),
  };
}

/** The part of a ServerResponse that dynalite uses. */
function responseTo(resolve: (reply: EngineReply) => void): object {
  const response = {
    statusCode: 200,
    setHeader: () => undefined,
    end: (body: string) => resolve({ status: response.statusCode, body }),
  };
  return response;
}
