import type { HttpResponseMessage } from '../../../protocol';
import type { RequestSummary } from '../../../agent';
import { AgentFixture } from '../../support/agent-fixture';
import type { AnswerMessage, FakeGateway } from '../../support/agent-fake-gateway';
import { freePort, startLocalServer, type LocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await fixture.gateway();
});

type Listener = Parameters<typeof startLocalServer>[0];
async function tunnelTo(listener: Listener): Promise<LocalServer> {
  const server = fixture.keep(await startLocalServer(listener));
  await fixture.connected(gateway, server.port);
  return server;
}

function response(answer: AnswerMessage): HttpResponseMessage {
  if (answer.type !== 'http_response') throw new Error(`the agent answered ${answer.code}: ${answer.message}`);
  return answer;
}
const bodyOf = (answer: AnswerMessage): Buffer => Buffer.from(response(answer).body, 'base64');

describe('a request through the agent', () => {
  it('reaches the local service unchanged, and the cloud gets the answer', async () => {
    await tunnelTo((request, reply, body) => {
      reply.writeHead(201, { 'content-type': 'text/plain' });
      reply.end(`${request.method} ${request.url} ${request.headers.host} ${body.toString()}`);
    });
    const answer = await gateway.newest.request({
      method: 'POST',
      uri: '/items?x=1',
      body: Buffer.from('hello').toString('base64'),
    });
    expect(response(answer)).toMatchObject({
      status_code: 201,
      headers: { 'content-type': ['text/plain'] },
      ack: true,
    });
    expect(bodyOf(answer).toString()).toBe('POST /items?x=1 demo.tunnels.test hello');
  });

  it.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'])('keeps the method %s', async (method) => {
    await tunnelTo((request, reply) => reply.setHeader('x-method', request.method ?? '').end());
    const answer = await gateway.newest.request({ method });
    expect(response(answer).headers['x-method']).toEqual([method]);
  });

  it.each(['/a//b/', '/a/../b', '/%2e%2e/x', '/a%2Fb', '/a;b=c', '/?a=1&a=2&&b', '/%C3%A9', '/a+b?c=+%20', '/[x]|^', '/?', '/#f'])(
    'keeps path and query: %s',
    async (uri) => {
      let seen: string | undefined;
      await tunnelTo((request, reply) => {
        seen = request.url;
        reply.end();
      });
      await gateway.newest.request({ uri });
      expect(seen).toBe(uri);
    },
  );

  it('keeps repeated headers, their order and their commas', async () => {
    let seen: string[] = [];
    await tunnelTo((request, reply) => {
      seen = request.rawHeaders;
      reply.writeHead(200, ['X-Out', '1', 'Vary', 'a', 'X-Out', '2, 3', 'x-out', '']);
      reply.end();
    });
    const answer = await gateway.newest.request({
      headers: { host: ['h'], 'x-in': ['a', 'b, c', ''], cookie: ['s=1; t=2'] },
    });
    expect(seen.slice(0, 10)).toEqual(['host', 'h', 'x-in', 'a', 'x-in', 'b, c', 'x-in', '', 'cookie', 's=1; t=2']);
    expect(response(answer).headers).toMatchObject({ 'x-out': ['1', '2, 3', ''], vary: ['a'] });
  });

  it('gets each Set-Cookie header of the answer separately', async () => {
    const cookies = ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'a=3'];
    await tunnelTo((_request, reply) => reply.setHeader('set-cookie', cookies).end());
    expect(response(await gateway.newest.request()).headers['set-cookie']).toEqual(cookies);
  });

  it('gets a redirect of the local service unchanged, and the agent does not follow it', async () => {
    let requests = 0;
    await tunnelTo((_request, reply) => {
      requests += 1;
      reply.writeHead(302, { location: '/elsewhere' }).end();
    });
    const answer = response(await gateway.newest.request({ uri: '/start' }));
    expect(answer).toMatchObject({ status_code: 302, headers: { location: ['/elsewhere'] } });
    expect(requests).toBe(1);
  });

  it('gets a compressed binary body byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await tunnelTo((_request, reply) => reply.setHeader('content-encoding', 'gzip').end(bytes));
    const answer = await gateway.newest.request();
    expect(bodyOf(answer)).toEqual(bytes);
    expect(response(answer).headers['content-encoding']).toEqual(['gzip']);
  });

  it('gets the body of a chunked answer without chunks and without hop-by-hop headers', async () => {
    await tunnelTo((_request, reply) => {
      reply.write('a');
      reply.end('b');
    });
    const answer = await gateway.newest.request();
    expect(bodyOf(answer).toString()).toBe('ab');
    expect(Object.keys(response(answer).headers)).toEqual(['date']);
  });
});

describe('several requests through the agent', () => {
  it('get their own answers when the local service answers in reverse order', async () => {
    const waiting: (() => void)[] = [];
    await tunnelTo((request, reply) => {
      waiting.push(() => reply.end(request.url));
      if (waiting.length === 20) for (const finish of waiting.reverse()) finish();
    });
    const uris = Array.from({ length: 20 }, (_, i) => `/${i}`);
    const answers = await Promise.all(uris.map((uri) => gateway.newest.request({ uri })));
    expect(answers.map((answer) => bodyOf(answer).toString())).toEqual(uris);
  });

  it('share a connection to the local service when they follow one another', async () => {
    const server = await tunnelTo((_request, reply) => reply.end());
    for (let i = 0; i < 5; i += 1) await gateway.newest.request();
    expect(server.connections()).toBe(1);
  });
});

describe('the agent', () => {
  it('emits a summary of each request, also of a failed request, without the query', async () => {
    const server = fixture.keep(await startLocalServer((_request, reply) => reply.end('12345')));
    const agent = await fixture.connected(gateway, server.port, { requestTimeoutMs: 100 });
    const summaries: RequestSummary[] = [];
    agent.on('request', (summary) => summaries.push(summary));
    await gateway.newest.request({ uri: '/a?secret=canary' });
    await gateway.newest.request({ method: 'PUT', uri: 'b?secret=canary' });
    expect(summaries).toMatchObject([
      { method: 'GET', path: '/a', status: 200, bytes: 5 },
      { method: 'PUT', path: 'b', error: 'invalid_request', bytes: 0 },
    ]);
    expect(JSON.stringify(summaries)).not.toContain('canary');
  });

  it('answers with local_service_unavailable when nothing listens on the port of the local service', async () => {
    await fixture.connected(gateway, await freePort());
    expect(await gateway.newest.request()).toMatchObject({
      type: 'error',
      code: 'local_service_unavailable',
      ack: true,
    });
  });

  it('answers a malformed request with invalid_request and does not connect to the local service', async () => {
    const server = await tunnelTo((_request, reply) => reply.end());
    const warning = new Promise((resolve) => gateway.once('answer', resolve));
    gateway.newest.socket.send('{"type":"http_request","request_id":"bad","method":"GET","uri":"/","headers":{"a":"not a list"}}');
    expect(await warning).toMatchObject({ type: 'error', request_id: 'bad', code: 'invalid_request' });
    expect(server.connections()).toBe(0);
  });

  it('answers with timeout at the deadline of the request, even before its own request timeout', async () => {
    await tunnelTo(() => undefined);
    const answer = await gateway.newest.request({ deadline: Date.now() + 1000 });
    expect(answer).toMatchObject({
      type: 'error',
      code: 'timeout',
      message: expect.stringMatching(/within (0\.\d+|1) s/) as string,
    });
  });
});
