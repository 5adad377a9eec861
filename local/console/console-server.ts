/**
 * The console of a running local cloud: one page that shows what an SRE sees in CloudWatch and X-Ray. The server is read-only and listens
 * on 127.0.0.1. It refuses requests for another Host (against DNS rebinding) and API calls from other sites.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Logs } from '../../emulator/observations';
import type { Closeable } from '../../emulator/services';
import { EventStreams } from './event-streams';
import { overviewOf, type OverviewSources } from './overview';
import { pageFiles } from './page-files';
import { WINDOWS, type RequestStory, type WindowMinutes } from './view-model';

export interface ConsoleOptions extends OverviewSources {
  readonly logs: Logs;
  readonly environment: string;
}

const RUNBOOKS = path.join(__dirname, '../../docs/runbooks');

/** The page may load nothing from other origins and nothing inline. Frames, forms and plugins are forbidden. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export class ConsoleServer implements Closeable {
  private readonly server = http.createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => sendJson(response, 500, { message: (error as Error).message }));
  });
  private readonly files = pageFiles();
  private readonly streams: EventStreams;

  private constructor(private readonly options: ConsoleOptions) {
    this.streams = new EventStreams({ ...options, overview: (minutes) => this.overview(minutes) });
  }

  /**
   * @param port 0 for any free one
   * @throws Error with code EADDRINUSE if the port is taken
   */
  static async start(options: ConsoleOptions, port: number): Promise<ConsoleServer> {
    const console = new ConsoleServer(options);
    console.server.listen(port, '127.0.0.1');
    await once(console.server, 'listening');
    return console;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.streams.close();
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const refusal = this.refusalOf(request);
    if (refusal) return send(response, refusal[0], 'text/plain; charset=utf-8', `${refusal[1]}\n`);
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const file = this.files.get(pathname);
    if (file) return send(response, 200, file.type, await file.body());
    const minutes = WINDOWS.find((each) => String(each) === searchParams.get('minutes')) ?? 15;
    if (pathname === '/api/events') return this.streams.open(request, response, minutes);
    if (pathname === '/api/overview') return sendJson(response, 200, this.overview(minutes));
    const requestId = /^\/api\/requests\/([A-Za-z0-9-]{1,100})$/.exec(pathname)?.[1];
    if (requestId !== undefined) return this.sendStory(response, requestId);
    const runbook = /^\/runbooks\/([a-z0-9-]+\.md)$/.exec(pathname)?.[1];
    const text = runbook === undefined ? undefined : await readFile(path.join(RUNBOOKS, runbook), 'utf8').catch(() => undefined);
    if (text !== undefined) return send(response, 200, 'text/plain; charset=utf-8', text);
    return sendJson(response, 404, { message: `there is nothing at ${pathname}` });
  }

  /** Status and reason for a refused request; undefined for an allowed request. */
  private refusalOf({ method, headers, url }: http.IncomingMessage): [status: number, reason: string] | undefined {
    const host = headers.host ?? '';
    if (![`127.0.0.1:${this.port}`, `localhost:${this.port}`].includes(host)) return [403, `the console is at ${this.url}`];
    if (method !== 'GET' && method !== 'HEAD') return [405, 'the console is read-only'];
    const site = headers['sec-fetch-site'];
    if (url?.startsWith('/api/') && site !== undefined && site !== 'same-origin' && site !== 'none')
      return [403, 'the console accepts requests from its own page only'];
    return undefined;
  }

  private overview(minutes: WindowMinutes): ReturnType<typeof overviewOf> {
    return overviewOf(this.options, minutes, Date.now(), this.options.environment);
  }

  private sendStory(response: http.ServerResponse, requestId: string): void {
    const entries = this.options.traces.timeline(requestId);
    if (entries.length > 0) return sendJson(response, 200, { requestId, entries } satisfies RequestStory);
    sendJson(response, 404, {
      message: `the console has no data about request ${requestId}: check the id; only recent requests of this local cloud are kept`,
    });
  }
}

const sendJson = (response: http.ServerResponse, status: number, body: unknown): void =>
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));

function send(response: http.ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
