import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { ToldError } from '../cli/told-error';
import { median } from './figures/statistics';
import { pairs, valuesOf, type Fields } from './probe-service';

export interface Ask {
  /** Behind the visitor URL; sent as it is. */
  readonly path: string;
  readonly method?: string;
  readonly fields?: Fields;
  readonly body?: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly fields: Fields;
  readonly body: Buffer;
  /** `x-tunnel-request-id` */
  readonly requestId: string | undefined;
  /** From the first byte sent to the last byte received. */
  readonly ms: number;
}

/** No answer came: the visitor URL cannot be reached. */
class NoAnswerError extends ToldError {
  override readonly name = 'NoAnswerError';
}

/** A little more than the tunnel takes for its slowest error. */
const TIMEOUT_MS = 35_000;
const CONNECTS = 5;
const CONNECT_TIMEOUT_MS = 10_000;

const reasonOf = (error: Error): string =>
  error.name === 'AbortError' ? `no connection within ${CONNECT_TIMEOUT_MS / 1000} s` : error.message;

/** A visitor who sends requests exactly as they are given, over connections that stay open. */
export class Visitor {
  private readonly url: URL;
  private readonly client: typeof http | typeof https;
  private readonly agent: http.Agent;

  constructor(visitorUrl: string) {
    this.url = new URL(visitorUrl);
    this.client = this.url.protocol === 'https:' ? https : http;
    this.agent = new this.client.Agent({ keepAlive: true });
  }

  get protocol(): string {
    return this.url.protocol.replace(':', '');
  }

  /** @throws NoAnswerError */
  async ask({ path, method = 'GET', fields = [], body }: Ask): Promise<Reply> {
    const { host, pathname } = this.url;
    const length: Fields = body ? [['content-length', String(body.length)]] : [];
    const headers = [['host', host] as const, ...fields, ...length].flat();
    const url = `${pathname.replace(/\/$/, '')}${path}`;
    const request = this.client.request(this.url, { path: url, method, headers, agent: this.agent, timeout: TIMEOUT_MS });
    const startedAt = performance.now();
    try {
      request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      request.end(body);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
      const got = pairs(response.rawHeaders);
      return {
        status: response.statusCode ?? 0,
        fields: got,
        body: Buffer.concat(chunks),
        requestId: valuesOf(got, 'x-tunnel-request-id')[0],
        ms: performance.now() - startedAt,
      };
    } catch (error) {
      throw new NoAnswerError(`${this.url.origin}${url} did not answer: ${(error as Error).message}`);
    }
  }

  /** The time of a round trip, in ms: the median of some TCP connects. @throws NoAnswerError */
  async roundTripMs(): Promise<number> {
    const { hostname, port, protocol } = this.url;
    const times: number[] = [];
    for (let i = 0; i < CONNECTS; i++) {
      const startedAt = performance.now();
      const socket = net.connect(Number(port || (protocol === 'https:' ? 443 : 80)), hostname);
      try {
        await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
        times.push(performance.now() - startedAt);
      } catch (error) {
        throw new NoAnswerError(`${this.url.origin} does not answer: ${reasonOf(error as Error)}`);
      } finally {
        socket.destroy();
      }
    }
    return median(times);
  }

  close(): void {
    this.agent.destroy();
  }
}
