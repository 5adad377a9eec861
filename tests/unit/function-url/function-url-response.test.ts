import { rawRequest, type RawResponse } from '../../support/gateway-raw-http';
import { startFunctionUrl, streamingHandler, type UrlFixture } from '../../support/function-url';

/** A handler that does what the body of the request says. */
const OBEYS = streamingHandler(`
  const { metadata, parts = [], contentType, fails } = JSON.parse(event.body);
  if (fails) throw new Error('as told');
  if (contentType) stream.setContentType(contentType);
  if (metadata) stream = from(metadata);
  for (const part of parts) stream.write(part);
  stream.end();`);

let streaming: UrlFixture;
let whole: UrlFixture;
let buffered: UrlFixture;
const RETURNS = `exports.handler = async (event) => { const { result, fails } = JSON.parse(event.body); if (fails) throw new Error(fails); return result; };`;

beforeAll(async () => {
  [streaming, whole, buffered] = await Promise.all([
    startFunctionUrl(OBEYS),
    startFunctionUrl(RETURNS),
    startFunctionUrl(RETURNS, { invokeMode: 'BUFFERED' }),
  ]);
});
afterAll(() => Promise.all([streaming, whole, buffered].map((url) => url.close())));

const ask = (url: UrlFixture, told: unknown, method = 'POST'): Promise<RawResponse> => {
  const body = JSON.stringify(told);
  return rawRequest(
    url.port,
    `${method} / HTTP/1.1`,
    ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`],
    body,
  );
};

describe('a streamed answer', () => {
  test('has the status, header fields and cookies of its metadata, and comes in chunks', async () => {
    const metadata = { statusCode: 418, headers: { 'X-A': '1', 'content-type': 'text/event-stream' }, cookies: ['a=1', 'b=2; Path=/'] };
    const { status, headers, body } = await ask(streaming, { metadata, parts: ['data: 1\n\n'] });
    expect({ status, body }).toEqual({ status: 418, body: '9\r\ndata: 1\n\n\r\n0\r\n\r\n' });
    expect(headers).toMatchObject({
      'x-a': ['1'],
      'content-type': ['text/event-stream'],
      'set-cookie': ['a=1', 'b=2; Path=/'],
      'transfer-encoding': ['chunked'],
    });
    expect(headers['x-amzn-requestid']?.[0]).toMatch(/^[\da-f-]{36}$/);
    expect(headers['x-amzn-trace-id']?.[0]).toMatch(/^Root=1-/);
  });

  test('without metadata has status 200 and its content type', async () => {
    expect(await ask(streaming, { contentType: 'text/csv', parts: ['a,b'] })).toMatchObject({
      status: 200,
      headers: { 'content-type': ['text/csv'] },
    });
    expect((await ask(streaming, { parts: ['a'] })).headers['content-type']).toEqual(['application/octet-stream']);
    expect((await ask(streaming, { metadata: {}, parts: ['a'] })).headers['content-type']).toEqual(['application/octet-stream']);
  });

  test('whose handler ends without a write has lost its metadata; an empty write sends them', async () => {
    expect((await ask(streaming, { metadata: { statusCode: 301 } })).status).toBe(200);
    expect(await ask(streaming, { metadata: { statusCode: 301, headers: { location: '/x' } }, parts: [''] })).toMatchObject({
      status: 301,
      headers: { location: ['/x'] },
      body: '0\r\n\r\n',
    });
  });

  test('has renamed and dropped header fields', async () => {
    const fields = {
      'WWW-Authenticate': 'Basic',
      'content-length': '1',
      Date: 'yesterday',
      Connection: 'x-a',
      Server: 'mine',
      'Transfer-Encoding': 'gzip',
      'Keep-Alive': 'timeout=9',
      Upgrade: 'h2c',
      'Content-Encoding': 'gzip',
    };
    const { headers } = await ask(streaming, { metadata: { headers: fields }, parts: ['x'] });
    expect(headers).toMatchObject({
      'x-amzn-remapped-www-authenticate': ['Basic'],
      'x-amzn-remapped-content-length': ['1'],
      'x-amzn-remapped-date': ['yesterday'],
      'x-amzn-remapped-connection': ['x-a'],
      'x-amzn-remapped-server': ['mine'],
      'content-encoding': ['gzip'],
      'transfer-encoding': ['chunked'],
      connection: ['close'],
    });
    for (const name of ['www-authenticate', 'content-length', 'server', 'upgrade', 'keep-alive']) expect(headers).not.toHaveProperty(name);
    expect(Date.parse(headers['date']?.[0] ?? '')).not.toBeNaN();
  });

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('has no body: %s with status %i', async (method, statusCode) => {
    const { status, body, headers } = await ask(
      streaming,
      { metadata: { statusCode, headers: { etag: '"a"' } }, parts: ['not sent'] },
      method,
    );
    expect({ status, body, etag: headers['etag'] }).toEqual({ status: statusCode, body: '', etag: ['"a"'] });
  });

  test.each([
    ['a failure before its head', { fails: true }],
    ['a status that is none', { metadata: { statusCode: 'ok' }, parts: ['x'] }],
    ['a header field with a newline', { metadata: { headers: { a: 'x\r\nb: c' } }, parts: ['x'] }],
  ])('becomes 502 after %s', async (_what, told) => {
    expect(await ask(streaming, told)).toMatchObject({
      status: 502,
      body: 'Internal Server Error',
      headers: { 'content-type': ['application/json'], 'content-length': ['21'] },
    });
  });

  test('is counted when it has ended', async () => {
    await ask(streaming, { metadata: { statusCode: 299 }, parts: ['x'] });
    expect(streaming.visits.at(-1)).toMatchObject({ method: 'POST', path: '/', status: 299 });
  });
});

describe.each([
  ['RESPONSE_STREAM', () => whole],
  ['BUFFERED', () => buffered],
])('a function that does not stream, behind a URL of mode %s', (_mode, url) => {
  test('is answered whole, with the length of the body', async () => {
    const result = {
      statusCode: 201,
      headers: { 'x-a': '1', 'www-authenticate': 'Basic' },
      cookies: ['a=1'],
      body: 'aGFsbG8=',
      isBase64Encoded: true,
    };
    expect(await ask(url(), { result })).toMatchObject({
      status: 201,
      body: 'hallo',
      headers: {
        'content-length': ['5'],
        'x-a': ['1'],
        'x-amzn-remapped-www-authenticate': ['Basic'],
        'set-cookie': ['a=1'],
        'content-type': ['application/json'],
      },
    });
  });

  test('may return the body alone', async () => {
    expect(await ask(url(), { result: { a: 1 } })).toMatchObject({ status: 200, body: '{"a":1}' });
  });

  test('gives 502 when it fails', async () => {
    expect(await ask(url(), { fails: 'oops' })).toMatchObject({ status: 502, body: 'Internal Server Error' });
  });
});

test('a streaming function behind a URL of mode BUFFERED gives its text as a whole', async () => {
  const url = await startFunctionUrl(streamingHandler(`stream.write('one '); await pause(50); stream.end('two');`), {
    invokeMode: 'BUFFERED',
  });
  try {
    expect(await ask(url, {})).toMatchObject({ status: 200, body: 'one two', headers: { 'content-length': ['7'] } });
  } finally {
    await url.close();
  }
});

test('above the reserved concurrency visitors get 429', async () => {
  const url = await startFunctionUrl(OBEYS, { spec: { reservedConcurrency: 0 } });
  try {
    const { status, body, headers } = await ask(url, {});
    expect({ status, type: headers['x-amzn-errortype'] }).toEqual({ status: 429, type: ['TooManyRequestsException'] });
    expect(JSON.parse(body)).toMatchObject({ Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded', message: 'Rate Exceeded.' });
  } finally {
    await url.close();
  }
});

describe('without a permission', () => {
  test.each([
    ['InvokeFunctionUrl' as const, /an aws_cloudformation_stack with an AWS::Lambda::Permission/],
    ['InvokedViaFunctionUrl' as const, /an aws_lambda_permission with action lambda:InvokeFunctionUrl/],
  ])('visitors get 403, and a warning names what is missing beside %s', async (granted, remedy) => {
    const url = await startFunctionUrl(OBEYS, { permissions: [granted] });
    try {
      const { status, body, headers } = await ask(url, {});
      expect({ status, type: headers['x-amzn-errortype'] }).toEqual({ status: 403, type: ['AccessDeniedException'] });
      expect(body).toBe(
        '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
      );
      expect(url.warnings).toEqual([expect.stringMatching(/^aws_lambda_function_url\.visitor: nobody may use the URL of visitor; add an/)]);
      expect(url.warnings[0]).toMatch(remedy);
      expect(url.lambda.records).toEqual([]);
    } finally {
      await url.close();
    }
  });
});
