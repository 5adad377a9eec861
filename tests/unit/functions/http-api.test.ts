import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { toLambdaResponse, toVisitorRequest } from '../../../functions/aws/http-api';
import type { Headers } from '../../../protocol';

const event = (overrides: Partial<APIGatewayProxyEventV2>): APIGatewayProxyEventV2 =>
  ({
    rawPath: '/demo/a b',
    rawQueryString: 'a=1&a=%20+',
    headers: { host: 'example.test' },
    isBase64Encoded: false,
    requestContext: { timeEpoch: 7, http: { method: 'PUT', sourceIp: '192.0.2.1' } },
    ...overrides,
  }) as APIGatewayProxyEventV2;

test('method, path and query are what API Gateway says, the query untouched', () => {
  expect(toVisitorRequest(event({}), undefined)).toMatchObject({
    method: 'PUT',
    decodedPath: '/demo/a b',
    rawQuery: 'a=1&a=%20+',
    sourceIp: '192.0.2.1',
    arrivedAt: 7,
  });
});

test('cookies, which come apart, are one field again', () => {
  const { headers } = toVisitorRequest(event({ cookies: ['a=1', 'b="x y"'] }), undefined);
  expect(headers['cookie']).toEqual(['a=1; b="x y"']);
});

test('empty header fields stay', () => {
  expect(toVisitorRequest(event({ headers: { 'X-Empty': '' } }), undefined).headers).toEqual({ 'x-empty': [''] });
});

test('a body is bytes, as text or as base64, and no body is none', () => {
  const bodyOf = (overrides: Partial<APIGatewayProxyEventV2>): string =>
    Buffer.from(toVisitorRequest(event(overrides), undefined).body).toString('hex');
  expect(bodyOf({ body: 'ü' })).toBe('c3bc');
  expect(bodyOf({ body: '/wD+', isBase64Encoded: true })).toBe('ff00fe');
  expect(bodyOf({})).toBe('');
});

test('cookies are set one by one, other repeated fields joined in their order', () => {
  const headers = { 'set-cookie': ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT'], link: ['</a>', '</b>'], 'x-empty': [''] };
  expect(toLambdaResponse({ status: 200, headers, body: new Uint8Array() })).toEqual({
    statusCode: 200,
    cookies: headers['set-cookie'],
    headers: { link: '</a>, </b>', 'x-empty': '' },
    body: '',
    isBase64Encoded: true,
  });
  expect(toLambdaResponse({ status: 200, headers: {}, body: new Uint8Array() }).cookies).toEqual([]);
});

test('a body is sent byte for byte, whatever its type says, or does not say, of it', () => {
  const types = fc.constantFrom<Headers>({ 'content-type': ['text/plain'] }, { 'content-type': ['text/html; charset=latin1'] }, {});
  fc.assert(
    fc.property(fc.uint8Array(), types, (body, headers) => {
      const response = toLambdaResponse({ status: 200, headers, body });
      expect(response.isBase64Encoded).toBe(true);
      expect(new Uint8Array(Buffer.from(response.body ?? '', 'base64'))).toEqual(body);
    }),
  );
});
