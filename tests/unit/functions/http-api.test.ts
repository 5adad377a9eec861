import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { decodedRequest, toLambdaResponse } from '../../../functions/aws/http-api';
import type { Headers } from '../../../protocol';

const event = (overrides: Partial<APIGatewayProxyEventV2>): APIGatewayProxyEventV2 =>
  ({
    rawPath: '/demo/a b',
    rawQueryString: 'a=1&a=%20+',
    headers: { host: 'example.test' },
    isBase64Encoded: false,
    requestContext: { timeEpoch: 7, domainName: 'demo.example.test', http: { method: 'PUT', sourceIp: '192.0.2.1' } },
    ...overrides,
  }) as APIGatewayProxyEventV2;

test('a visitor request has method, path and query of the API Gateway event, with the query unchanged', () => {
  expect(decodedRequest(event({}), undefined)).toMatchObject({
    method: 'PUT',
    path: '/demo/a%20b',
    rawQuery: 'a=1&a=%20+',
    domainName: 'demo.example.test',
    sourceIp: '192.0.2.1',
    arrivedAt: 7,
  });
});

test('the list of cookies in the event becomes one Cookie header field', () => {
  const { headers } = decodedRequest(event({ cookies: ['a=1', 'b="x y"'] }), undefined);
  expect(headers['cookie']).toEqual(['a=1; b="x y"']);
});

test('an empty header field of the request is kept', () => {
  expect(decodedRequest(event({ headers: { 'X-Empty': '' } }), undefined).headers).toEqual({ 'x-empty': [''] });
});

test('a header field of the request that is named __proto__ is a field like any other', () => {
  const { headers } = decodedRequest(event({ headers: JSON.parse('{"__proto__":"x","host":"a"}') as Record<string, string> }), undefined);
  expect(Object.entries(headers)).toEqual([
    ['__proto__', ['x']],
    ['host', ['a']],
  ]);
});

test('a request body as text or as base64 becomes bytes, and a missing body becomes zero bytes', () => {
  const bodyOf = (overrides: Partial<APIGatewayProxyEventV2>): string =>
    Buffer.from(decodedRequest(event(overrides), undefined).body).toString('hex');
  expect(bodyOf({ body: 'ü' })).toBe('c3bc');
  expect(bodyOf({ body: '/wD+', isBase64Encoded: true })).toBe('ff00fe');
  expect(bodyOf({})).toBe('');
});

test('the length 0 that an HTTP API adds to a request without a body is dropped, and the length of a body stays', () => {
  const lengthOf = (overrides: Partial<APIGatewayProxyEventV2>, length: string): string[] | undefined =>
    decodedRequest(event({ headers: { 'content-length': length }, ...overrides }), undefined).headers['content-length'];
  expect(lengthOf({}, '0')).toBeUndefined();
  expect(lengthOf({ body: 'abc' }, '3')).toEqual(['3']);
});

test('each Set-Cookie field becomes a cookie of its own, and other repeated fields are joined in their order', () => {
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

test('a response body is sent byte for byte as base64, with any content type or none', () => {
  const types = fc.constantFrom<Headers>({ 'content-type': ['text/plain'] }, { 'content-type': ['text/html; charset=latin1'] }, {});
  fc.assert(
    fc.property(fc.uint8Array(), types, (body, headers) => {
      const response = toLambdaResponse({ status: 200, headers, body });
      expect(response.isBase64Encoded).toBe(true);
      expect(new Uint8Array(Buffer.from(response.body ?? '', 'base64'))).toEqual(body);
    }),
  );
});
