import fc from 'fast-check';
import { mutated } from './fuzz';

/** What a door knows, so that inputs come past its first checks. */
export interface DoorWords {
  readonly host: string;
  readonly paths: readonly string[];
  /** Header lines that the door reads. */
  readonly fields?: readonly string[];
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PRI',
  'PROPFIND',
  'M-SEARCH',
  'get',
  'G\0T',
  'BREW',
  '',
];
const TARGETS = [
  '/',
  '//',
  '///x/y',
  '//[',
  '//x:y/api/overview',
  '/%',
  '/%zz',
  '/%00',
  '/%2e%2e/%2E./x',
  '/%c3%28',
  '/%ff/%F0%9F%98%80',
  '/a/../../../etc/passwd',
  '/a\\b',
  '/\u00e4\u00f6',
  '/\0',
  '/#x',
  '/?',
  '/?a=%zz&a&=&&%00=%',
  `/${'a/'.repeat(6000)}`,
  `/${'%41'.repeat(9000)}`,
  '*',
  '',
  'x',
  'localhost:443',
  'http://',
  'http://[',
  'http://x:99999/',
  'http://localhost',
  'http://localhost/%zz?%zz',
  'https://u:p@localhost/',
  'ftp://localhost/',
  'javascript:alert(1)',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/1.', 'HTTP/11', 'http/1.1', 'RTSP/1.0', ''];
const HOSTS = ['Host:', 'Host: evil.test', 'Host: a b', 'Host: localhost:x', 'Host: [::1', 'Host: \u00e4', 'Host: localhost@evil.test'];
const FIELDS = [
  'Connection: close',
  'Connection: keep-alive, Upgrade',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Version: 8',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Key: short',
  'Sec-WebSocket-Protocol: a, b',
  'Sec-WebSocket-Protocol: ,,',
  'Sec-WebSocket-Protocol: a,a',
  'Sec-WebSocket-Protocol: a b',
  'Sec-WebSocket-Extensions: permessage-deflate; x=',
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: -1',
  'Content-Length: +5',
  'Content-Length: 0x5',
  'Content-Length: 5, 6',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding : chunked',
  'TE: trailers',
  'Trailer: Content-Length',
  'Expect: 100-continue',
  'Expect: 200-ok',
  'Range: bytes=9-1',
  'Content-Type: application/json',
  'Content-Type: text/plain; charset=\u00ff',
  'Accept: text/html',
  'Authorization: Basic \u00ff',
  'Authorization: Basic Og==',
  'Authorization: Bearer',
  'Authorization: AWS4-HMAC-SHA256 Credential=a/20261124/eu-central-1/execute-api/aws4_request, SignedHeaders=host, Signature=0',
  'Authorization: AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;;host, Signature==,=',
  'X-Amz-Date: 99999999T999999Z',
  'X-Amz-Date: 20261124T031000Z',
  'X-Amz-Security-Token: x',
  'X-Amzn-Trace-Id: Root=\u00ff;;=',
  'X-Forwarded-For: ,,::ffff:1.2.3.4, [',
  'Cookie: =;=; ;http-tunnel=%zz',
  'Referer: http://localhost/%zz//',
  'Referer: http://[',
  'Origin: null',
  'Sec-Fetch-Site: cross-site',
  '__proto__: x',
  'constructor: x',
  'toString: x',
  'no colon',
  ': no name',
  ' folded: x',
  'X-Nul: a\0b',
  'X-Bytes: \u0001\u007f\u0080\u00ff',
  `X-Long: ${'x'.repeat(20_000)}`,
  Array.from({ length: 1500 }, (_, i) => `X${i}: `).join('\r\n'),
  Array.from({ length: 500 }, () => 'X-Same: x').join('\r\n'),
];
const BODIES = [
  '',
  'hello',
  '{"a":',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;ext="\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n',
  `5;${'e'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
  '-1\r\nhello\r\n',
  'ffffffffffffffffff\r\nhello\r\n',
  'zz\r\nhello\r\n',
  '5\r\nhello world\r\n0\r\n\r\n',
  '0\r\nContent-Length: 5\r\n\r\nhello',
  '\x81\x85\0\0\0\0hello',
];

/** Bytes that pretend to be HTTP/1.1: requests of known and impossible parts, several on one connection, changed in a few places. */
export function hostileHttp({ host, paths, fields = [] }: DoorWords): fc.Arbitrary<Buffer> {
  const field = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...FIELDS) }, { weight: fields.length, arbitrary: anyOf(fields) });
  const request = fc
    .record({
      method: mostly('GET', fc.oneof(fc.constantFrom(...METHODS), fc.string({ maxLength: 8 }))),
      target: fc.oneof(fc.constantFrom(...paths), fc.constantFrom(...TARGETS), fc.webPath(), fc.string({ maxLength: 40 })),
      version: mostly('HTTP/1.1', fc.constantFrom(...VERSIONS)),
      hosts: mostly([`Host: ${host}`], fc.array(fc.constantFrom(`Host: ${host}`, ...HOSTS), { maxLength: 2 })),
      more: fc.array(field, { maxLength: 8 }),
      newline: mostly('\r\n', fc.constantFrom('\n', '\r', '\r\n ')),
      body: mostly('', fc.oneof(fc.constantFrom(...BODIES), fc.string({ maxLength: 200 }))),
    })
    .map(({ method, target, version, hosts, more, newline, body }) =>
      Buffer.from([`${method} ${target} ${version}`, ...hosts, ...more, '', body].join(newline), 'latin1'),
    );
  const changed = request.chain((bytes) => mutated(bytes));
  const several = fc.array(request, { minLength: 2, maxLength: 4 }).map((requests) => Buffer.concat(requests));
  const noise = fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof(
    { weight: 6, arbitrary: request },
    { weight: 3, arbitrary: changed },
    { weight: 2, arbitrary: several },
    { weight: 1, arbitrary: noise },
  );
}

const anyOf = (values: readonly string[]): fc.Arbitrary<string> => (values.length > 0 ? fc.constantFrom(...values) : fc.constant(''));

/** Two of three requests are right in this place, so that most requests are wrong in few places. */
const mostly = <T>(usual: T, others: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });
