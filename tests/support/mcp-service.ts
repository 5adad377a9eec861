/** An MCP server over streamable HTTP, made with the official SDK, as the local service of a tunnel. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport, type EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { startLocalServer } from './agent-local-server';

/** The access token that an MCP server with a login of its own wants. */
const ACCESS_TOKEN = 'an-access-token';
/** After a break, clients come back so soon, in ms. */
const RETRY_MS = 20;

export interface McpService {
  readonly port: number;
  /** Path of each request, in their order. */
  readonly asked: string[];
  /** What clients sent as Last-Event-ID. */
  readonly resumedAfter: readonly string[];
  /** Lets the tool `count` make its next step. */
  step(): void;
  /** Sends a log message to the only session, by its GET stream. */
  log(text: string): Promise<void>;
  /** Ends the GET stream of the only session; the session goes on. */
  breakOff(): void;
  close(): Promise<void>;
}

/** @param needsLogin the server wants an access token, and is its own authorization server */
export async function startMcpService({ needsLogin = false } = {}): Promise<McpService> {
  const sessions = new Map<string, { readonly server: McpServer; readonly transport: StreamableHTTPServerTransport }>();
  const asked: string[] = [];
  const resumedAfter: string[] = [];
  const steps = new Steps();

  const http = await startLocalServer((request, response, body) => {
    asked.push(`${request.method} ${request.url}`);
    const resumed = request.headers['last-event-id'];
    if (typeof resumed === 'string') resumedAfter.push(resumed);
    if (needsLogin && logIn(request, response)) return;
    void answer(request, response, body);
  });

  async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const known = sessions.get(String(request.headers['mcp-session-id']));
    const { transport } = known ?? (await newSession());
    await transport.handleRequest(request, response, body.length > 0 ? JSON.parse(body.toString('utf8')) : undefined);
  }

  async function newSession(): Promise<{ readonly transport: StreamableHTTPServerTransport }> {
    const server = new McpServer({ name: 'counter', version: '1.0.0' }, { capabilities: { logging: {} } });
    server.registerTool('count', { description: 'Counts to three, as slowly as the test wants' }, async ({ _meta, sendNotification }) => {
      for (let progress = 1; progress <= 3; progress += 1) {
        await steps.next();
        const progressToken = _meta?.progressToken ?? '';
        await sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total: 3 } });
      }
      await steps.next();
      return { content: [{ type: 'text', text: 'counted to 3' }] };
    });
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { server, transport }),
      eventStore: new KeptEvents(),
      retryInterval: RETRY_MS,
    });
    await server.connect(transport);
    return { transport };
  }

  const only = () => {
    const [session] = sessions.values();
    if (!session) throw new Error('there is no session');
    return session;
  };
  return {
    port: http.port,
    asked,
    resumedAfter,
    step: () => steps.allow(),
    log: (data) => only().server.server.sendLoggingMessage({ level: 'info', data }),
    breakOff: () => only().transport.closeStandaloneSSEStream(),
    close: async () => {
      await Promise.all([...sessions.values()].map(({ server }) => server.close()));
      await http.close();
    },
  };
}

/** Steps that somebody waits for, and that somebody else allows. */
class Steps {
  private allowed = 0;
  private wake: () => void = () => undefined;

  allow(): void {
    this.allowed += 1;
    this.wake();
  }

  async next(): Promise<void> {
    while (this.allowed === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    this.allowed -= 1;
  }
}

/** Events by number, so that a stream that broke off can go on. */
class KeptEvents implements EventStore {
  private readonly events: { readonly stream: string; readonly message: JSONRPCMessage }[] = [];

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    this.events.push({ stream, message });
    return String(this.events.length);
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.events[Number(id) - 1]?.stream;
  }

  async replayEventsAfter(id: string, { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> }): Promise<string> {
    const stream = (await this.getStreamIdForEventId(id)) ?? '';
    for (const [index, event] of this.events.entries()) {
      // The SDK stores an empty event first, so that clients have an id from the begin.
      const isMessage = 'jsonrpc' in event.message;
      if (index >= Number(id) && event.stream === stream && isMessage) await send(String(index + 1), event.message);
    }
    return stream;
  }
}

/**
 * Answers what belongs to the login, and refuses requests without the token. All addresses are built from what the tunnel says of itself.
 * @returns whether the request was answered
 */
function logIn({ headers, url = '', method }: IncomingMessage, response: ServerResponse): boolean {
  const base = `${String(headers['x-forwarded-proto'])}://${String(headers['x-forwarded-host'])}${String(headers['x-forwarded-prefix'])}`;
  const json = (status: number, value: object): true => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    return true;
  };
  switch (`${method} ${url}`) {
    case 'GET /.well-known/oauth-protected-resource/mcp':
      return json(200, { resource: `${base}/mcp`, authorization_servers: [base] });
    case 'GET /.well-known/oauth-authorization-server':
      return json(200, {
        issuer: base,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
      });
    case 'POST /token':
      return json(200, { access_token: ACCESS_TOKEN, token_type: 'Bearer' });
    default:
      if (headers.authorization === `Bearer ${ACCESS_TOKEN}`) return false;
      response.setHeader('www-authenticate', `Bearer resource_metadata="${base}/elsewhere"`);
      return json(401, { error: 'invalid_token' });
  }
}
