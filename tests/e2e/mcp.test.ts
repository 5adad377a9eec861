/** An MCP server as local service, and the client of the official SDK as visitor. */
import { UnauthorizedError, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { eventually } from '../support/eventually';
import { startMcpService, type McpService } from '../support/mcp-service';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

let cloud: CloudUnderTest;
beforeAll(async () => {
  cloud = await startCloud({ mode: 'direct' });
});
afterAll(() => cloud.close());

const streamUrl = (): string => cloud.cloud.services.spec.functionUrls[0]?.url ?? '';

interface Visit {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  readonly logged: unknown[];
  readonly errors: Error[];
}

/** Connects the SDK's client: `initialize`, `notifications/initialized`, and the GET stream. */
async function connected(url: URL): Promise<Visit> {
  const client = new Client({ name: 'visitor', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(url);
  const logged: unknown[] = [];
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.data));
  await client.connect(transport);
  return { client, transport, logged, errors };
}

describe('an MCP server behind the streaming door', () => {
  let service: McpService;
  let visit: Visit;
  beforeAll(async () => {
    service = await startMcpService();
    await cloud.agent({ name: 'mcp', target: { port: service.port } });
    visit = await connected(new URL('mcp/mcp', streamUrl()));
  });
  afterAll(async () => {
    await visit.client.close();
    await service.close();
  });

  test('tells the client its name and its tools', async () => {
    expect(visit.client.getServerVersion()).toEqual({ name: 'counter', version: '1.0.0' });
    const { tools } = await visit.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['count']);
  });

  test('reports each step of a tool before it makes the next one, and its result last', async () => {
    const heard: unknown[] = [];
    const result = visit.client.callTool({ name: 'count' }, undefined, { onprogress: ({ progress }) => heard.push(progress) });
    void result.then(() => heard.push('result'));
    for (const steps of [[1], [1, 2], [1, 2, 3], [1, 2, 3, 'result']]) {
      service.step();
      await eventually(() => expect(heard).toEqual(steps));
    }
    expect((await result).content).toEqual([{ type: 'text', text: 'counted to 3' }]);
  });

  test('sends notifications by the GET stream, also after the stream broke off, and none is lost or comes twice', async () => {
    await eventually(() => expect(service.asked).toContain('GET /mcp'));
    await service.log('one');
    await eventually(() => expect(visit.logged).toEqual(['one']));
    service.breakOff();
    await service.log('two');
    await eventually(() => expect(visit.logged).toEqual(['one', 'two']));
    await service.log('three');
    await eventually(() => expect(visit.logged).toEqual(['one', 'two', 'three']));
    expect(service.resumedAfter).toHaveLength(1);
    expect(visit.errors).toEqual([]);
  });

  test('ends its session when the client asks', async () => {
    await visit.transport.terminateSession();
    expect(service.asked.at(-1)).toBe('DELETE /mcp');
  });
});

test('behind the HTTP API, an MCP server answers tools whole, and the client is told that there is no GET stream', async () => {
  const service = await startMcpService();
  await cloud.agent({ name: 'whole', target: { port: service.port } });
  const { client, errors } = await connected(new URL('/whole/mcp', cloud.visitorUrl));
  for (let step = 0; step < 4; step += 1) service.step();
  const heard: number[] = [];
  const result = await client.callTool({ name: 'count' }, undefined, { onprogress: ({ progress }) => heard.push(progress) });
  expect(result.content).toEqual([{ type: 'text', text: 'counted to 3' }]);
  expect(heard).toEqual([1, 2, 3]);
  await eventually(() => expect(errors.length).toBeGreaterThan(0));
  expect(errors[0]).toMatchObject({ code: 501, message: expect.stringContaining('Failed to open SSE stream') });
  expect(service.asked.filter((each) => each.startsWith('GET'))).toEqual([]);
  await client.close();
  await service.close();
});

test('an MCP server with a login is found by its well-known documents, although WWW-Authenticate is renamed', async () => {
  const service = await startMcpService({ needsLogin: true });
  await cloud.agent({ name: 'guarded', target: { port: service.port } });
  const url = new URL('guarded/mcp', streamUrl());
  const refused = await fetch(url, { method: 'POST', body: '{}' });
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, null]);
  expect(refused.headers.get('x-amzn-remapped-www-authenticate')).toBe(`Bearer resource_metadata="${streamUrl()}guarded/elsewhere"`);

  service.asked.splice(0);
  const person = new Person();
  const client = new Client({ name: 'visitor', version: '1.0.0' });
  const begin = (): StreamableHTTPClientTransport => new StreamableHTTPClientTransport(url, { authProvider: person });
  const first = begin();
  await expect(client.connect(first)).rejects.toThrow(UnauthorizedError);
  expect(service.asked).toEqual([
    'POST /mcp',
    'GET /.well-known/oauth-protected-resource/mcp',
    'GET /.well-known/oauth-authorization-server',
  ]);
  expect(person.sentTo?.href).toContain(`${streamUrl()}guarded/authorize?`);
  expect(person.sentTo?.searchParams.get('resource')).toBe(url.href);

  await first.finishAuth('a-code');
  await client.connect(begin());
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['count']);
  await client.close();
  await service.close();
});

/** Logs in as a client that the authorization server knows. */
class Person implements OAuthClientProvider {
  readonly redirectUrl = 'http://127.0.0.1/back';
  readonly clientMetadata = { redirect_uris: [this.redirectUrl], client_name: 'visitor' };
  sentTo: URL | undefined;
  private kept: Awaited<ReturnType<OAuthClientProvider['tokens']>>;
  private verifier = '';

  clientInformation(): { client_id: string } {
    return { client_id: 'visitor' };
  }
  tokens(): typeof this.kept {
    return this.kept;
  }
  saveTokens(tokens: NonNullable<typeof this.kept>): void {
    this.kept = tokens;
  }
  redirectToAuthorization(url: URL): void {
    this.sentTo = url;
  }
  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }
  codeVerifier(): string {
    return this.verifier;
  }
}
