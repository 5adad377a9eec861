import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startLocalServer, startRawServer, type LocalServer } from '../support/agent-local-server';
import { rawRequest } from '../support/gateway-raw-http';
import { ask, type Ask, type Reply } from '../support/http-client';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

/** What the local service received, with names and values as sent on the wire. */
interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}
type Answer = (reply: http.ServerResponse, received: Received) => void;

let cloud: CloudUnderTest;
let service: LocalServer;
let received: Received[] = [];
let answer: Answer;

beforeAll(async () => {
  cloud = await startCloud({ mode: 'direct' });
  service = await startLocalServer((request, reply, body) => {
    const { rawHeaders, method = '', url = '' } = request;
    const headers = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as const] : []));
    received.push({ method, url, headers, body });
    answer(reply, received.at(-1) as Received);
  });
  await cloud.agent({ target: { port: service.port } });
});
afterAll(async () => {
  await cloud.close();
  await service.close();
});
beforeEach(() => {
  received = [];
  answer = (reply) => reply.end();
});

/** Visits by the tunnel's own host, so that no prefix is removed from the path. */
const visit = (path: string, { headers = {}, ...how }: Ask = {}): Promise<Reply> =>
  ask(cloud.visitorUrl, path, { ...how, headers: { host: 'demo.localhost', ...headers } });
const seen = (): Received => {
  expect(received).toHaveLength(1);
  return received[0] as Received;
};
const fieldsOf = ({ headers }: Received, name: string): string[] => headers.filter(([each]) => each === name).map(([, value]) => value);

describe('the local service', () => {
  test('receives every HTTP method that Node.js knows, WebDAV methods included, except TRACE and CONNECT', async () => {
    const methods = http.METHODS.filter((method) => !['TRACE', 'CONNECT'].includes(method));
    expect(methods).toEqual(expect.arrayContaining(['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'REPORT']));
    for (const method of methods) expect(await visit('/', { method })).toMatchObject({ status: 200 });
    expect(received.map(({ method }) => method)).toEqual(methods);
  });

  test('receives neither TRACE nor a WebSocket handshake: the visitor gets 501', async () => {
    const trace = await visit('/', { method: 'TRACE', headers: { cookie: 's=secret' } });
    expect(trace).toMatchObject({ status: 501, headers: { 'x-tunnel-error': 'method_refused' } });
    expect(trace.text).not.toContain('secret');
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const handshake = await visit('/chat', { headers: upgrade });
    expect(handshake).toMatchObject({ status: 501, headers: { 'x-tunnel-error': 'websocket_not_supported' } });
    expect(received).toEqual([]);
  });

  test.each([
    ['/a//b/', '/a//b/'],
    ['/a/../b', '/a/../b'],
    ['/./a', '/./a'],
    ['/a;b=c', '/a;b=c'],
    ['/%E4%BD%A0', '/%E4%BD%A0'],
    ['/sp%20ace', '/sp%20ace'],
    ['/a+b', '/a+b'],
    ['/[x]|^', '/[x]|^'],
    ['/%25', '/%25'],
    ['/%5C', '/%5C'],
    ['/?a=1&a=2&&b', '/?a=1&a=2&&b'],
    ['/a+b?c=+%20', '/a+b?c=+%20'],
    ['/?%zz=%C3%BC&[]=%00&x=a%2Fb?c', '/?%zz=%C3%BC&[]=%00&x=a%2Fb?c'],
    // API Gateway does not pass these paths on unchanged: docs/limits.md.
    ['/a%2Fb', '/a/b'],
    ['/%61', '/a'],
    ['/%2e%2e/x', '/../x'],
    ['/a%3Fb', '/a'],
    ['/a?', '/a'],
  ])('receives the path of a request for %s as %s', async (sent, expected) => {
    await visit(sent);
    await ask(cloud.visitorUrl, `/demo${sent}`);
    expect(received.map(({ url }) => url)).toEqual([expected, expected]);
  });

  test('receives every header field, also empty and repeated ones and several cookies, and no hop-by-hop field', async () => {
    await visit('/', {
      headers: {
        'X-Empty': '',
        'X-Twice': ['1', '2, 3'],
        Cookie: ['a=1; b="x y"', 'c=3'],
        Accept: '*/*;q=0.5, text/html',
        'X-Hop': 'private',
        Connection: 'close, x-hop',
        TE: 'trailers',
        'Keep-Alive': 'timeout=5',
        'Proxy-Connection': 'keep-alive',
        'Proxy-Authorization': 'Basic YTpi',
        Upgrade: 'h2c',
        Authorization: 'Basic YTpi',
      },
    });
    const request = seen();
    const names = request.headers.map(([name]) => name);
    expect(fieldsOf(request, 'x-empty')).toEqual(['']);
    expect(fieldsOf(request, 'x-twice')).toEqual(['1,2, 3']);
    expect(fieldsOf(request, 'cookie')).toEqual(['a=1; b="x y"; c=3']);
    expect(fieldsOf(request, 'accept')).toEqual(['*/*;q=0.5, text/html']);
    expect(fieldsOf(request, 'authorization')).toEqual(['Basic YTpi']);
    for (const hop of ['x-hop', 'te', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'upgrade']) expect(names).not.toContain(hop);
  });

  test("receives header fields up to API Gateway's limit of 10,240 bytes; a larger request gets 431", async () => {
    const large = 'x'.repeat(9900);
    await visit('/', { headers: { 'x-large': large } });
    expect(fieldsOf(seen(), 'x-large')).toEqual([large]);
    expect(await visit('/', { headers: { 'x-large': 'x'.repeat(10_240) } })).toMatchObject({ status: 431 });
    expect(received).toHaveLength(1);
  });

  test("receives the visitor's Host and the forwarding fields that the tunnel sets, and no Forwarded field", async () => {
    await visit('/', {
      headers: { 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Host': 'evil', Forwarded: 'host=evil', Via: '1.0 fred' },
    });
    const request = seen();
    expect(fieldsOf(request, 'host')).toEqual(['demo.localhost']);
    expect(fieldsOf(request, 'x-forwarded-for')).toEqual(['203.0.113.9, 127.0.0.1']);
    expect(fieldsOf(request, 'x-forwarded-proto')).toEqual(['http']);
    expect(fieldsOf(request, 'x-forwarded-host')).toEqual(['demo.localhost']);
    expect(fieldsOf(request, 'via')).toEqual(['1.0 fred, 1.1 http-tunnel']);
    expect(fieldsOf(request, 'forwarded')).toEqual([]);
  });

  test('receives a chunked body with its Content-Length, after the edge has answered Expect: 100-continue', async () => {
    const head = ['Host: demo.localhost', 'Transfer-Encoding: chunked', 'Expect: 100-continue'];
    const port = Number(new URL(cloud.visitorUrl).port);
    expect((await rawRequest(port, 'POST / HTTP/1.1', head, '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n')).status).toBe(100);
    const request = seen();
    expect(request.body.toString()).toBe('abcde');
    expect(fieldsOf(request, 'content-length')).toEqual(['5']);
    for (const name of ['expect', 'transfer-encoding']) expect(fieldsOf(request, name)).toEqual([]);
  });

  test.each(['text/plain', 'application/json', 'application/x-www-form-urlencoded', 'application/octet-stream', undefined])(
    'receives a body of type %s byte for byte, whether it is text or not',
    async (type) => {
      for (const body of [randomBytes(1000), Buffer.from('grüße', 'latin1'), Buffer.from('\ufeffgrüße')]) {
        received = [];
        await visit('/', { method: 'POST', headers: { ...(type && { 'content-type': type }) }, body });
        expect(seen().body).toEqual(body);
      }
    },
  );
});

describe('the visitor', () => {
  test.each([301, 302, 303, 307, 308])('receives a %i redirect of the local service unchanged', async (status) => {
    answer = (reply) => reply.writeHead(status, { location: 'https://other.example/x?y#z' }).end();
    expect(await visit('/')).toMatchObject({ status, headers: { location: 'https://other.example/x?y#z' } });
    expect(received).toHaveLength(1);
  });

  test('receives 206 and the requested byte range from the local service', async () => {
    const whole = randomBytes(1000);
    answer = (reply, request) => {
      expect(fieldsOf(request, 'range')).toEqual(['bytes=100-199']);
      reply.writeHead(206, { 'content-range': 'bytes 100-199/1000', 'accept-ranges': 'bytes' }).end(whole.subarray(100, 200));
    };
    const reply = await visit('/', { headers: { range: 'bytes=100-199' } });
    expect(reply).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 100-199/1000', 'content-length': '100' } });
    expect(reply.body).toEqual(whole.subarray(100, 200));
  });

  test('receives 304 with the ETag and without a body when If-None-Match matches', async () => {
    answer = (reply, request) => {
      const isKnown = fieldsOf(request, 'if-none-match').includes('"v1"');
      reply.writeHead(isKnown ? 304 : 200, { etag: '"v1"' }).end(isKnown ? undefined : 'body');
    };
    expect(await visit('/')).toMatchObject({ status: 200, text: 'body' });
    expect(await visit('/', { headers: { 'if-none-match': '"v1"' } })).toMatchObject({ status: 304, text: '', headers: { etag: '"v1"' } });
  });

  test('receives a compressed body exactly as the local service compressed it', async () => {
    const compressed = gzipSync('text '.repeat(1000));
    answer = (reply, request) => {
      expect(fieldsOf(request, 'accept-encoding')).toEqual(['gzip, br']);
      reply.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end(compressed);
    };
    const reply = await visit('/', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(reply.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(compressed.length) });
    expect(reply.body).toEqual(compressed);
    expect(gunzipSync(reply.body).toString()).toBe('text '.repeat(1000));
  });

  test.each(['text/plain', 'text/html; charset=iso-8859-1', 'application/json', 'image/png'])(
    'receives a body of type %s byte for byte, and no charset that the local service did not name',
    async (type) => {
      const body = Buffer.concat([Buffer.from('grüße', 'latin1'), randomBytes(100)]);
      answer = (reply) => reply.writeHead(200, { 'content-type': type }).end(body);
      const reply = await visit('/');
      expect(reply.headers['content-type']).toBe(type);
      expect(reply.body).toEqual(body);
    },
  );

  test('receives each cookie as its own field, other repeated fields joined, empty fields, and no hop-by-hop field', async () => {
    const cookies = ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'a=3'];
    answer = (reply) => {
      reply.writeHead(200, [
        ...cookies.flatMap((cookie) => ['Set-Cookie', cookie]),
        ...['Link', '</a>', 'Link', '</b>', 'X-Empty', '', 'Connection', 'close, x-hop', 'X-Hop', '1', 'Keep-Alive', 'timeout=9'],
        ...['Trailer', 'x-t', 'Via', '1.1 app'],
      ]);
      reply.end();
    };
    const { headers } = await visit('/');
    expect(headers).toMatchObject({ 'set-cookie': cookies, link: '</a>, </b>', 'x-empty': '', via: '1.1 app, 1.1 http-tunnel' });
    for (const hop of ['x-hop', 'trailer']) expect(headers).not.toHaveProperty(hop);
    expect(headers['keep-alive']).not.toBe('timeout=9');
  });

  test.each([
    ['has a Content-Length that is not the length of its body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
    ['has an invalid header field name', 'HTTP/1.1 200 OK\r\nX Y: 1\r\nContent-Length: 0\r\n\r\n'],
    ['has a control character in a header', 'HTTP/1.1 200 OK\r\nX: a\x01b\r\nContent-Length: 0\r\n\r\n'],
    [
      'has both Content-Length and Transfer-Encoding: chunked',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    ],
  ])('receives 502 when the response of the local service %s', async (_what, bytes) => {
    const server = await startRawServer((socket) => socket.end(bytes));
    try {
      const agent = await cloud.agent({ name: 'broken', target: { port: server.port } });
      const reply = await ask(cloud.visitorUrl, '/', { headers: { host: 'broken.localhost' } });
      expect(reply).toMatchObject({ status: 502, headers: { 'x-tunnel-error': 'invalid_response' } });
      await agent.stop({ graceMs: 0 });
    } finally {
      await server.close();
    }
  });
});
