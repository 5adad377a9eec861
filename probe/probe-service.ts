import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

export type Fields = readonly (readonly [name: string, value: string])[];

/** A request as the local service got it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly url: string;
  readonly fields: Fields;
  readonly bytes: number;
}

/** How the service is to answer; the request carries it. */
export interface Answer {
  readonly fields?: Fields;
  readonly text?: string;
  /** Size of a body of zeros, in place of a text. */
  readonly bytes?: number;
  readonly afterMs?: number;
}

const ID = 'x-probe-id';
const ANSWER = 'x-probe-answer';

/** The local service behind the probe's own agent. It keeps what it got, and answers as each request asks it to. */
export class ProbeService {
  private readonly seen = new Map<string, SeenRequest>();
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));

  static async start(): Promise<ProbeService> {
    const service = new ProbeService();
    service.server.listen(0, '127.0.0.1');
    await once(service.server, 'listening');
    return service;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Header fields for a request that is to be found again, and answered in this way. */
  asking(answer: Answer): { readonly id: string; readonly fields: Fields } {
    const id = randomUUID();
    return {
      id,
      fields: [
        [ID, id],
        [ANSWER, JSON.stringify(answer)],
      ],
    };
  }

  /** Undefined when the request has not reached the service. */
  request(id: string): SeenRequest | undefined {
    return this.seen.get(id);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
    const { method = '', url = '', headers, rawHeaders } = request;
    this.seen.set(String(headers[ID]), { method, url, fields: pairs(rawHeaders), bytes });
    const { fields = [], text = '', bytes: size, afterMs = 0 } = JSON.parse(String(headers[ANSWER] ?? '{}')) as Answer;
    await pause(afterMs);
    response.sendDate = !fields.some(([name]) => name.toLowerCase() === 'date');
    response.writeHead(200, fields.flat());
    response.end(size === undefined ? text : Buffer.alloc(size));
  }
}

/** Node's flat list of names and values as pairs. */
export const pairs = (flat: readonly string[]): Fields =>
  flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));

/** All values of a field, in their order. */
export const valuesOf = (fields: Fields, wanted: string): string[] =>
  fields.flatMap(([name, value]) => (name.toLowerCase() === wanted.toLowerCase() ? value : []));
