/**
 * The console of a running local cloud: one page that shows what an SRE sees in CloudWatch and X-Ray. The server is read-only and listens
 * on 127.0.0.1. It refuses requests for another Host (against DNS rebinding) and API calls from other sites (admission.ts).
 */
import http from 'node:http';
import { closeServer, listen, portOf } from '../../emulator/http-server';
import type { Logs } from '../../emulator/observations';
import type { Closeable } from '../../emulator/services';
import { admit } from './admission';
import { documentPage } from './documents';
import { EventStreams } from './event-streams';
import { overviewOf, type OverviewSources } from './overview';
import { pageFiles } from './page-files';
import { RESPONSE_HEADERS } from './response-headers';
import { WINDOWS, type RequestStory, type WindowMinutes } from './view-model';

export interface ConsoleOptions extends OverviewSources {
  readonly logs: Logs;
}

export class ConsoleServer implements Closeable {
  private readonly server = http.createServer((request, response) => {
    this.answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { message: (error as Error).message });
    });
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
    await listen(console.server, port);
    return console;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.streams.close();
    await closeServer(this.server);
  }

  private get port(): number {
    return portOf(this.server);
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const admitted = admit(request, this.port);
    if (!(admitted instanceof URL)) return send(response, admitted.status, 'text/plain; charset=utf-8', `${admitted.reason}\n`);
    const { pathname, searchParams } = admitted;
    const file = this.files.get(pathname);
    if (file) return send(response, 200, file.type, await file.body());
    const minutes = WINDOWS.find((each) => String(each) === searchParams.get('minutes')) ?? 15;
    if (pathname === '/api/events') return this.streams.open(request, response, minutes);
    if (pathname === '/api/overview') return sendJson(response, 200, await this.overview(minutes));
    const requestId = /^\/api\/requests\/([A-Za-z0-9-]{1,100})$/.exec(pathname)?.[1];
    if (requestId !== undefined) return this.sendStory(response, requestId);
    const page = await documentPage(pathname, this.options.environment);
    if (page !== undefined) return send(response, 200, 'text/html; charset=utf-8', page);
    return sendJson(response, 404, { message: `there is nothing at ${pathname}` });
  }

  private overview(minutes: WindowMinutes): ReturnType<typeof overviewOf> {
    return overviewOf(this.options, minutes, Date.now());
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
  response.writeHead(status, { ...RESPONSE_HEADERS, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
