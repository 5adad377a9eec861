import { TUNNEL_ERRORS, TunnelError, type TunnelErrorCode } from '../../../functions/core/tunnel-error';
import { errorResponse, responseOf } from '../../../functions/core/visitor-response';

const text = (body: Uint8Array): string => Buffer.from(body).toString();
const ok = (headers: Record<string, string[]>, statusCode = 200) =>
  ({ kind: 'response', statusCode, headers, body: Buffer.from('body') }) as const;

test('body, status and end-to-end headers of the local service reach the visitor', () => {
  const response = responseOf(ok({ 'Set-Cookie': ['a=1', 'b=2'], connection: ['close'], 'content-type': ['text/plain'] }, 201), 'GET');
  expect(response.status).toBe(201);
  expect(response.headers).toEqual({ 'set-cookie': ['a=1', 'b=2'], 'content-type': ['text/plain'], via: ['1.1 http-tunnel'] });
  expect(text(response.body)).toBe('body');
});

test('the Content-Length of the agent is dropped when the answer has a body, and kept for HEAD and 304', () => {
  expect(responseOf(ok({ 'content-length': ['999'] }), 'GET').headers).not.toHaveProperty('content-length');
  expect(responseOf(ok({ 'content-length': ['999'] }), 'HEAD').headers['content-length']).toEqual(['999']);
  expect(responseOf(ok({ 'content-length': ['999'] }, 304), 'GET').headers['content-length']).toEqual(['999']);
});

test('a 204 has no Content-Length, not even as the answer to HEAD', () => {
  for (const method of ['GET', 'HEAD']) {
    expect(responseOf(ok({ 'content-length': ['0'] }, 204), method).headers).not.toHaveProperty('content-length');
  }
});

test.each([
  ['a line break in a value', { 'x-a': ['1\r\nset-cookie: evil=1'] }, 200],
  ['a NUL in a value', { 'x-a': ['fine', 'a\0b'] }, 200],
  ['a character above Latin-1 in a value', { 'x-a': ['€'] }, 200],
  ['a header name with a space', { 'x a': ['1'] }, 200],
  ['an empty name', { '': ['1'] }, 200],
  ['an interim status', {}, 101],
])('an answer with %s causes the error invalid_response', (_what, headers: Record<string, string[]>, status) => {
  expect(() => responseOf(ok(headers, status), 'GET')).toThrow(expect.objectContaining({ code: 'invalid_response' }));
});

test('header fields of the tunnel itself are removed from the response of a local service', () => {
  const headers = { 'x-tunnel-error': ['agent_away'], 'x-tunnel-request-id': ['r'], 'x-tunnels': ['1'] };
  const response = responseOf({ kind: 'response', statusCode: 200, headers, body: Buffer.from('') }, 'GET');
  expect(response.headers).toEqual({ 'x-tunnels': ['1'], via: ['1.1 http-tunnel'] });
});

test('hop-by-hop headers and headers named by Connection are removed, except Via', () => {
  const hop = { connection: ['x-hop, content-type, via'], 'x-hop': ['1'], 'keep-alive': ['timeout=5'], upgrade: ['h2c'] };
  const headers = { ...hop, 'content-type': ['text/plain'], via: ['1.1 a'], 'x-end': [''] };
  expect(responseOf(ok(headers), 'GET').headers).toEqual({
    via: ['1.1 a', '1.1 http-tunnel'],
    'x-end': [''],
  });
});

test('a program gets an error as a problem document with the error code', () => {
  const response = errorResponse(new TunnelError('agent_away'), 'application/json', 'r-1');
  expect(response.headers).toEqual({
    'content-type': ['application/problem+json'],
    'cache-control': ['no-store'],
    'x-tunnel-error': ['agent_away'],
  });
  expect(JSON.parse(text(response.body))).toEqual({
    type: 'about:blank',
    title: "The tunnel's agent is not connected",
    status: 502,
    code: 'agent_away',
    remedy: 'Ask the owner of the tunnel to start the agent, then try again.',
    retryable: true,
    requestId: 'r-1',
  });
});

test('a browser gets an error as a page with advice, in which text of the request cannot become markup', () => {
  const response = errorResponse(new TunnelError('invalid_request', '<script>'), 'text/html,*/*', 'r-1');
  expect(response.headers['content-type']).toEqual(['text/html; charset=utf-8']);
  expect(text(response.body)).toContain('Correct the request');
  expect(text(response.body)).toContain('<p>&#60;script&#62;</p>\n');
  expect(text(response.body)).not.toContain('<script>');
});

test('the page of an error without detail has no paragraph for the detail', () => {
  const page = text(errorResponse(new TunnelError('invalid_request'), 'text/html', 'r-1').body);
  expect(page).toContain('</h1>\n<p>Correct the request and send it again.</p>\n');
});

test.each(Object.keys(TUNNEL_ERRORS) as TunnelErrorCode[])('the error %s is returned with its status, title and remedy', (code) => {
  const { status, title, remedy } = TUNNEL_ERRORS[code];
  const response = errorResponse(new TunnelError(code), undefined, 'r-1');
  expect(response.status).toBe(status);
  expect(JSON.parse(text(response.body))).toMatchObject({ title, remedy });
  if (status === 503 || status === 429) expect(response.headers['retry-after']).toEqual([code === 'too_many_guesses' ? '60' : '1']);
});
