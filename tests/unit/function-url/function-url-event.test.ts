import { isLoopbackHost } from '../../../emulator/loopback-host';
import { rawRequest } from '../../support/gateway-raw-http';
import { eventIn, startFunctionUrl, streamingHandler, type UrlFixture } from '../../support/function-url';

let url: UrlFixture;
beforeAll(async () => {
  url = await startFunctionUrl(
    streamingHandler(
      `stream = from({ headers: { 'content-type': 'application/json' } }); stream.write(JSON.stringify(event)); stream.end();`,
    ),
    {
      limits: { payloadBytes: 100_000 },
      serves: isLoopbackHost,
    },
  );
});
afterAll(() => url.close());

/** The body of a chunked answer. */
const unchunked = (body: string): string => body.replace(/([\da-f]+)\r\n/gi, '').replace(/\r\n/g, '');

async function eventOf(requestLine: string, headers: readonly string[] = [], body = ''): Promise<ReturnType<typeof eventIn>> {
  return eventIn(unchunked((await rawRequest(url.port, requestLine, headers, body)).body));
}

test.each([
  ['/a%2Fb%20c', ''],
  ['/%zz/%FF', 'q=%zz'],
  ['//a/../b', 'x=1&x=2&y=a+b'],
  ['/a%3Fb', '%20'],
])('path and query are as sent: %s %s', async (path, query) => {
  const event = await eventOf(`GET ${path}?${query} HTTP/1.1`);
  expect(event).toMatchObject({ rawPath: path, rawQueryString: query, requestContext: { http: { path } } });
});

test('the event has the fields of a function URL', async () => {
  const event = await eventOf(
    'POST /p?a=1&a=2 HTTP/1.1',
    [
      'Host: demo.localhost:1234',
      'User-Agent: me',
      'X-Twice: 1',
      'x-twice: 2',
      'Cookie: a=1; b=2',
      'Content-Type: application/json',
      'X-Forwarded-For: 10.0.0.1',
      'Content-Length: 2',
    ],
    '{}',
  );
  expect(event).toEqual({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/p',
    rawQueryString: 'a=1&a=2',
    queryStringParameters: { a: '1,2' },
    cookies: ['a=1', 'b=2'],
    headers: {
      host: 'demo.localhost:1234',
      'user-agent': 'me',
      'x-twice': '1,2',
      'content-type': 'application/json',
      'content-length': '2',
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      'x-forwarded-port': String(url.port),
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24}$/) as string,
    },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      domainName: 'demo.localhost',
      domainPrefix: 'demo',
      http: { method: 'POST', path: '/p', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'me' },
      requestId: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as string,
      routeKey: '$default',
      stage: '$default',
      time: expect.any(String) as string,
      timeEpoch: expect.any(Number) as number,
    },
    body: '{}',
    isBase64Encoded: false,
  });
});

test('a body that is not text is base64', async () => {
  const event = await eventOf('PUT / HTTP/1.1', ['Content-Type: image/png', 'Content-Length: 3'], 'abc');
  expect(event).toMatchObject({ body: 'YWJj', isBase64Encoded: true });
});

test('a Host that is not this machine is refused', async () => {
  expect((await rawRequest(url.port, 'GET / HTTP/1.1', ['Host: evil.example'])).status).toBe(403);
});

test('a body above the limit gets 413 in the words of a function URL', async () => {
  const announced = await rawRequest(url.port, 'POST / HTTP/1.1', ['Content-Length: 100001']);
  expect(announced).toMatchObject({ status: 413, body: '{"Message":"Request Entity Too Large"}' });
  const sent = await rawRequest(
    url.port,
    'POST / HTTP/1.1',
    ['Transfer-Encoding: chunked'],
    `186a1\r\n${'x'.repeat(100_001)}\r\n0\r\n\r\n`,
  );
  expect(sent.status).toBe(413);
});
