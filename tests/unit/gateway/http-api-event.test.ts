import type { TestEdge } from '../../support/gateway-edge';
import { startEdge } from '../../support/gateway-edge';
import { rawRequest, sendRaw } from '../../support/gateway-raw-http';

const AT = Date.parse('2026-11-04T03:10:09.123Z');
let edge: TestEdge;

beforeAll(async () => {
  edge = await startEdge(() => ({ statusCode: 200 }), { clock: () => AT });
});
afterAll(() => edge.close());

async function eventOf(requestLine: string, headers: readonly string[] = [], body = '') {
  const { status } = await rawRequest(edge.port, requestLine, headers, body);
  expect(status).toBe(200);
  return edge.events().at(-1) as ReturnType<TestEdge['events']>[number];
}

describe('an HTTP API', () => {
  test.each([
    ['/', '/', ''],
    ['/a//b/', '/a//b/', ''],
    ['/a/../b', '/a/../b', ''],
    ['/%2e%2e/x', '/../x', ''],
    ['/a%2Fb', '/a/b', ''],
    ['/a%252Fb', '/a%2Fb', ''],
    ['/a;b=c', '/a;b=c', ''],
    ['/?a=1&a=2&&b', '/', 'a=1&a=2&&b'],
    ['/gr%C3%BC%C3%9Fe?q=%C3%BC', '/grüße', 'q=%C3%BC'],
    ['/%F0%9F%98%80', '/😀', ''],
    ['/a+b?c=+%20', '/a+b', 'c=+%20'],
    ['/[x]|^', '/[x]|^', ''],
    ['/a%3Fb/c?d=e', '/a', 'd=e'],
    ['/a?', '/a', ''],
    ['/a?b?c', '/a', 'b?c'],
    ['/a?%zz', '/a', '%zz'],
  ])('takes %s as the decoded path %s and the raw query "%s"', async (target, path, query) => {
    const event = await eventOf(`GET ${target} HTTP/1.1`);
    expect({ path: event.rawPath, query: event.rawQueryString }).toEqual({ path, query });
    expect(event.requestContext.http.path).toBe(path);
  });

  test.each(['/%zz', '/%', '/a%2', '/%ff', '/%c3%28'])('answers 400 to the path %s, which cannot be percent-decoded', async (target) => {
    const before = edge.events().length;
    const response = await rawRequest(edge.port, `GET ${target} HTTP/1.1`);
    expect(response).toMatchObject({ status: 400, body: '{"message":"Bad Request"}' });
    expect(edge.events()).toHaveLength(before);
  });

  test('takes path, query and host from an absolute request target', async () => {
    const event = await eventOf('GET http://other.example:81/a?b HTTP/1.1');
    expect(event).toMatchObject({
      rawPath: '/a',
      rawQueryString: 'b',
      headers: { host: 'other.example:81' },
    });
    expect((await eventOf('GET http://other.example HTTP/1.1')).rawPath).toBe('/');
  });
});

describe('an event of an HTTP API', () => {
  test('has exactly the fields of payload format 2.0', async () => {
    const event = await eventOf('DELETE /a?b=c HTTP/1.1', ['User-Agent: test/1', 'Host: Demo.Localhost:8080']);
    expect(event).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a',
      rawQueryString: 'b=c',
      queryStringParameters: { b: 'c' },
      headers: {
        'user-agent': 'test/1',
        host: 'Demo.Localhost:8080',
        'content-length': '0',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/) as string,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': String(edge.port),
        'x-forwarded-proto': 'http',
      },
      requestContext: {
        accountId: '000000000000',
        apiId: 'abcdef1234',
        domainName: 'Demo.Localhost',
        domainPrefix: 'Demo',
        http: {
          method: 'DELETE',
          path: '/a',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test/1',
        },
        requestId: expect.stringMatching(/^[\w-]{15}=$/) as string,
        routeKey: '$default',
        stage: '$default',
        time: '04/Nov/2026:03:10:09 +0000',
        timeEpoch: AT,
      },
      isBase64Encoded: false,
    });
  });

  test('has repeated headers joined with commas, in lower case', async () => {
    const { headers } = await eventOf('GET / HTTP/1.1', ['X-A: 1', 'x-a: 2, 3', 'User-Agent: a', 'User-Agent: b']);
    expect(headers).toMatchObject({ 'x-a': '1,2, 3', 'user-agent': 'a,b' });
  });

  test('has cookies in a list of their own, not among the headers', async () => {
    const { headers, cookies } = await eventOf('GET / HTTP/1.1', ['Cookie: a=1; b="x y"', 'Cookie: c=3;;']);
    expect(cookies).toEqual(['a=1', 'b="x y"', 'c=3']);
    expect(headers).not.toHaveProperty('cookie');
  });

  test('has no field for cookies, query parameters or body if the request has none', async () => {
    const event = await eventOf('GET / HTTP/1.1');
    expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['cookies']));
    expect(event).not.toHaveProperty('queryStringParameters');
    expect(event).not.toHaveProperty('body');
  });

  test('has decoded query parameters, with repeated parameters joined by commas', async () => {
    const { queryStringParameters } = await eventOf('GET /?a=1&b=x%20y+z&a=2&&c HTTP/1.1');
    expect(queryStringParameters).toEqual({ a: '1,2', b: 'x y z', c: '' });
  });

  test('has no hop-by-hop header fields and no fields that Connection names', async () => {
    const { headers } = await eventOf('GET / HTTP/1.1', [
      'Connection: x-mine',
      'X-Mine: 1',
      'Keep-Alive: timeout=5',
      'Proxy-Authorization: Basic a',
      'TE: trailers',
      'Trailer: x',
      'Upgrade: h2c',
    ]);
    expect(Object.keys(headers).sort()).toEqual([
      'content-length',
      'host',
      'x-amzn-trace-id',
      'x-forwarded-for',
      'x-forwarded-port',
      'x-forwarded-proto',
    ]);
  });

  test('extends X-Forwarded-For and X-Amzn-Trace-Id of the visitor, and replaces X-Forwarded-Proto and X-Forwarded-Port', async () => {
    const { headers } = await eventOf('GET / HTTP/1.1', [
      'X-Forwarded-For: 192.0.2.1',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 1',
      'X-Amzn-Trace-Id: Root=1-0-abc',
      'Via: 1.1 proxy',
    ]);
    expect(headers).toMatchObject({
      'x-forwarded-for': '192.0.2.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(edge.port),
      via: '1.1 proxy',
    });
    expect(headers['x-amzn-trace-id']).toMatch(/^Self=1-[\da-f]{8}-[\da-f]{24};Root=1-0-abc$/);
  });

  test('has the Content-Length of a body that arrived in chunks', async () => {
    const { headers, body } = await eventOf(
      'POST / HTTP/1.1',
      ['Transfer-Encoding: chunked', 'Content-Type: text/plain'],
      '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    );
    expect(headers).toMatchObject({ 'content-length': '5' });
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(body).toBe('abcde');
  });

  test.each([
    ['text/plain', false],
    ['text/html; charset=UTF-8', false],
    ['application/json', false],
    ['Application/JSON;charset=utf-8', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/x-www-form-urlencoded', true],
    ['application/problem+json', true],
    ['multipart/form-data; boundary=x', true],
    ['application/octet-stream', true],
    ['', true],
  ])('carries a body of type "%s" as base64: %s', async (type, isBase64Encoded) => {
    const event = await eventOf('POST / HTTP/1.1', ['Content-Length: 3', ...(type ? [`Content-Type: ${type}`] : [])], 'a=b');
    expect(event).toMatchObject({ isBase64Encoded, body: isBase64Encoded ? 'YT1i' : 'a=b' });
  });

  test('keeps every byte of a text body that is not UTF-8 or begins with a byte order mark', async () => {
    const post = async (bytes: string): Promise<Buffer> => {
      const body = Buffer.from(bytes, 'latin1');
      const head = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`;
      await sendRaw(edge.port, Buffer.concat([Buffer.from(head), body]));
      const event = edge.events().at(-1);
      return Buffer.from(event?.body ?? '', event?.isBase64Encoded ? 'base64' : 'utf8');
    };
    expect((await post('\xff\xfe')).toString('latin1')).toBe('\xff\xfe');
    expect((await post('\xef\xbb\xbfa')).toString('latin1')).toBe('\xef\xbb\xbfa');
  });
});

test('a port with a domain name of its own gives this name to every event, and the visitor keeps its Host', async () => {
  const { port } = await edge.listen(0, '127.0.0.1', { domainName: 'demo.localhost' });
  expect((await rawRequest(port, 'GET / HTTP/1.1', ['Host: 127.0.0.1:9000'])).status).toBe(200);
  expect(edge.events().at(-1)).toMatchObject({
    headers: { host: '127.0.0.1:9000' },
    requestContext: { domainName: 'demo.localhost', domainPrefix: 'demo' },
  });
  expect((await eventOf('GET / HTTP/1.1', ['Host: other:9000'])).requestContext.domainName).toBe('other');
});

test('a header field named __proto__ is in the event like any other', async () => {
  const { headers } = await eventOf('GET / HTTP/1.1', ['__proto__: x']);
  expect(Object.entries(headers)).toContainEqual(['__proto__', 'x']);
});

test('an HTTP API answers a WebSocket upgrade as a plain request', async () => {
  const response = await rawRequest(edge.port, 'GET /chat HTTP/1.1', [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]);
  expect(response.status).toBe(200);
  expect(edge.events().at(-1)).toMatchObject({
    rawPath: '/chat',
    headers: { 'sec-websocket-version': '13' },
  });
});

test('an HTTP API answers Expect: 100-continue itself and does not pass the field to the function', async () => {
  const text = await sendRaw(
    edge.port,
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab',
  );
  expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  expect(edge.events().at(-1)?.headers).not.toHaveProperty('expect');
});
