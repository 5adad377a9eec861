import { startEdge, type TestEdge } from '../../support/gateway-edge';
import { rawRequest, type RawResponse } from '../../support/gateway-raw-http';

let edge: TestEdge;
let result: unknown;

beforeAll(async () => {
  edge = await startEdge(() => result);
});
afterAll(() => edge.close());

function respond(value: unknown, method = 'GET'): Promise<RawResponse> {
  result = value;
  return rawRequest(edge.port, `${method} / HTTP/1.1`);
}

const SERVER_ERROR = '{"message":"Internal Server Error"}';

describe('a function result with a status code', () => {
  test('is sent with its status, headers, cookies and body', async () => {
    const response = await respond({
      statusCode: 201,
      headers: { 'Content-Type': 'text/html', 'x-n': 1, 'x-b': true },
      cookies: ['a=1; Path=/', 'b=2'],
      body: 'grüße',
    });
    expect(response.status).toBe(201);
    expect(Buffer.from(response.body, 'latin1').toString()).toBe('grüße');
    expect(response.headers).toMatchObject({
      'content-type': ['text/html'],
      'x-n': ['1'],
      'x-b': ['true'],
      'set-cookie': ['a=1; Path=/', 'b=2'],
      'content-length': ['7'],
    });
    expect(response.headers['apigw-requestid']?.[0]).toMatch(/^[\w-]{15}=$/);
    expect(Date.parse(response.headers['date']?.[0] ?? '')).not.toBeNaN();
  });

  test('is sent as bytes if its body is base64', async () => {
    const { body, headers } = await respond({ statusCode: 200, body: '/wD+', isBase64Encoded: true });
    expect(body).toBe('\xff\x00\xfe');
    expect(headers['content-length']).toEqual(['3']);
  });

  test('gets a default content type if it has a body but names no type', async () => {
    expect((await respond({ statusCode: 200, body: 'x' })).headers['content-type']).toEqual(['text/plain;charset=UTF-8']);
    expect((await respond({ statusCode: 200 })).headers).not.toHaveProperty('content-type');
  });

  test('cannot set the header fields of framing and of the hop', async () => {
    const { headers, body } = await respond({
      statusCode: 200,
      headers: {
        'Content-Length': '99',
        'Transfer-Encoding': 'chunked',
        Connection: 'x-a',
        'Keep-Alive': 'timeout=1',
        Upgrade: 'h2c',
        Trailer: 'x',
      },
      body: 'abc',
    });
    expect(body).toBe('abc');
    expect(headers['content-length']).toEqual(['3']);
    expect(headers['connection']).toEqual(['close']);
    for (const name of ['transfer-encoding', 'keep-alive', 'upgrade', 'trailer']) expect(headers).not.toHaveProperty(name);
  });

  test('keeps its own Date header', async () => {
    const date = 'Tue, 03 Nov 2026 00:00:00 GMT';
    expect((await respond({ statusCode: 200, headers: { date } })).headers['date']).toEqual([date]);
  });

  test('may have its status as text', async () => {
    expect((await respond({ statusCode: '404' })).status).toBe(404);
  });

  test('is sent without a body and without a Content-Length if the status is 204', async () => {
    const { status, body, headers } = await respond({ statusCode: 204, body: 'abc' });
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers).not.toHaveProperty('content-length');
  });

  test('is sent without a body, but with its own Content-Length, if the status is 304', async () => {
    const { body, headers } = await respond({
      statusCode: 304,
      headers: { 'content-length': '1234', etag: '"a"' },
      body: 'abc',
    });
    expect(body).toBe('');
    expect(headers).toMatchObject({ 'content-length': ['1234'], etag: ['"a"'] });
  });

  test('is sent without a body, but with its own or the real Content-Length, if the method is HEAD', async () => {
    const announced = await respond({ statusCode: 200, headers: { 'content-length': '1234' } }, 'HEAD');
    expect(announced).toMatchObject({ body: '', headers: { 'content-length': ['1234'] } });
    const counted = await respond({ statusCode: 200, body: 'abc' }, 'HEAD');
    expect(counted).toMatchObject({ body: '', headers: { 'content-length': ['3'] } });
    expect((await respond({ statusCode: 200 }, 'HEAD')).headers).not.toHaveProperty('content-length');
  });
});

describe('any other function result', () => {
  test.each([
    [{ hello: 'world' }, '{"hello":"world"}'],
    ['Hello', 'Hello'],
    [[1, 2], '[1,2]'],
    [7, '7'],
    [undefined, 'null'],
  ])('is sent as a JSON body with status 200: %j', async (value, expected) => {
    const { status, body, headers } = await respond(value);
    expect({ status, body }).toEqual({ status: 200, body: expected });
    expect(headers['content-type']).toEqual(['application/json']);
  });

  test.each([
    ['an invalid status', { statusCode: 'ok' }],
    ['an interim status', { statusCode: 101 }],
    ['a status above 999', { statusCode: 1000 }],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
    ['a body that is not base64', { statusCode: 200, body: 'ä', isBase64Encoded: true }],
    ['headers that are no object', { statusCode: 200, headers: ['a'] }],
    ['a header with several values', { statusCode: 200, headers: { a: ['1', '2'] } }],
    ['a header with a newline', { statusCode: 200, headers: { a: 'x\r\nSet-Cookie: evil=1' } }],
    ['a header with a NUL', { statusCode: 200, headers: { a: 'x\0' } }],
    ['an invalid header name', { statusCode: 200, headers: { 'a b': 'x' } }],
    ['a cookie with a newline', { statusCode: 200, cookies: ['a=1\nx: y'] }],
    ['cookies that are no list', { statusCode: 200, cookies: 'a=1' }],
  ])('with %s gets 500', async (_what, value) => {
    const { status, body, headers } = await respond(value);
    expect({ status, body }).toEqual({ status: 500, body: SERVER_ERROR });
    expect(headers['content-type']).toEqual(['application/json']);
    expect(headers).not.toHaveProperty('set-cookie');
    expect(edge.warnings.at(-1)).toMatch(/^aws_apigatewayv2_integration\.visitor: .* returned no valid response: /);
  });
});
