import { TUNNEL_ERRORS, TunnelError, type TunnelErrorCode } from '../../../functions/core/tunnel-error';
import { errorResponse, responseOf } from '../../../functions/core/visitor-response';

const text = (body: Uint8Array): string => Buffer.from(body).toString();
const ok = (headers: Record<string, string[]>, statusCode = 200) =>
  ({ kind: 'response', statusCode, headers, body: Buffer.from('body') }) as const;

test('the local service\'s bytes, status and end-to-end fields reach the visitor', () => {
  const response = responseOf(ok({ 'Set-Cookie': ['a=1', 'b=2'], connection: ['close'], 'content-type': ['text/plain'] }, 201), 'GET');
  expect(response.status).toBe(201);
  expect(response.headers).toEqual({ 'set-cookie': ['a=1', 'b=2'], 'content-type': ['text/plain'], via: ['1.1 http-tunnel'] });
  expect(text(response.body)).toBe('body');
});

test('a length is computed from the bytes, unless there are none to compute it from', () => {
  expect(responseOf(ok({ 'content-length': ['999'] }), 'GET').headers).not.toHaveProperty('content-length');
  expect(responseOf(ok({ 'content-length': ['999'] }), 'HEAD').headers['content-length']).toEqual(['999']);
  expect(responseOf(ok({ 'content-length': ['999'] }, 304), 'GET').headers['content-length']).toEqual(['999']);
});

test("a program gets a problem document with the code", () => {
  const response = errorResponse(new TunnelError('agent_away'), 'application/json', 'r-1');
  expect(response.headers).toMatchObject({ 'content-type': ['application/problem+json'], 'x-tunnel-error': ['agent_away'] });
  expect(JSON.parse(text(response.body))).toMatchObject({ status: 502, code: 'agent_away', requestId: 'r-1' });
});

test('a browser gets a page that says what to do, with nothing of the request able to become markup', () => {
  const response = errorResponse(new TunnelError('invalid_request', '<script>'), 'text/html,*/*', 'r-1');
  expect(response.headers['content-type']).toEqual(['text/html; charset=utf-8']);
  expect(text(response.body)).toContain('Correct the request');
  expect(text(response.body)).not.toContain('<script>');
});

test.each(Object.keys(TUNNEL_ERRORS) as TunnelErrorCode[])('%s says what happened and what to do', (code) => {
  const { status, title, remedy } = TUNNEL_ERRORS[code];
  const response = errorResponse(new TunnelError(code), undefined, 'r-1');
  expect(response.status).toBe(status);
  expect(JSON.parse(text(response.body))).toMatchObject({ title, remedy });
  if (status === 503 || status === 429) expect(response.headers['retry-after']).toEqual(['1']);
});
