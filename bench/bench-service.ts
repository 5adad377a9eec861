import { createServer, type Server } from 'node:http';
import { closeServer, listen, portOf } from '../emulator/http-server';

/** The header that names the request in its answer, so that an observer can match the answer with the request. */
export const NONCE_HEADER = 'x-bench-nonce';

/** Path and query that ask the local service to answer with `nonce` after `ms`, with a body of `bytes` if given. */
export const pathFor = (nonce: string, ms: number, bytes?: number): string =>
  `/n/${nonce}?ms=${ms.toFixed(1)}${bytes === undefined ? '' : `&bytes=${bytes}`}`;

/** The nonce in a path or URI of `pathFor`, prefixed or not. */
export const nonceIn = (uri: string): string => /\/n\/([^/?]+)/.exec(uri)?.[1] ?? '';

/** The delay that a URI of `pathFor` asks for, in ms. */
export const plannedDelay = (uri: string): number => Number(/[?&]ms=([\d.]+)/.exec(uri)?.[1] ?? 0);

/** The answer to a URI of `pathFor`: the nonce, padded to the number of bytes in the URI, or else to `otherwise` bytes. */
export function answerOf(uri: string, otherwise: number): { headers: Record<string, string>; body: Buffer } {
  const nonce = nonceIn(uri);
  const bytes = Number(/[?&]bytes=(\d+)/.exec(uri)?.[1] ?? otherwise);
  return { headers: { 'content-type': 'text/plain', [NONCE_HEADER]: nonce }, body: Buffer.from(nonce.padEnd(bytes, '.')) };
}

/** The service behind an agent: it takes as long as each request asks for. */
export class BenchService {
  private constructor(private readonly server: Server) {}

  /** @param bytes size of each answer's body */
  static async start(bytes: number): Promise<BenchService> {
    const server = createServer((request, response) => {
      const uri = request.url ?? '';
      const answer = (): void => {
        const { headers, body } = answerOf(uri, bytes);
        response.writeHead(200, headers).end(body);
      };
      request.resume().once('end', () => setTimeout(answer, plannedDelay(uri)));
    });
    server.keepAliveTimeout = 120_000;
    await listen(server, 0);
    return new BenchService(server);
  }

  get port(): number {
    return portOf(this.server);
  }

  close(): Promise<void> {
    return closeServer(this.server);
  }
}
