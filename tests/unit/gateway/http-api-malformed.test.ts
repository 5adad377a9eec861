import { startEdge, type TestEdge } from '../../support/gateway-edge';
import { parseResponse, rawRequest, sendRaw, statusesIn, untilDropped } from '../../support/gateway-raw-http';

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge(async (event: { rawPath: string }) => {
    if (event.rawPath === '/slow') await new Promise((resolve) => setTimeout(resolve, 100));
    return { statusCode: 200, body: event.rawPath };
  });
});
afterAll(() => edge.close());

const NL = '\r\n';
const post = (...headers: string[]): string => ['POST / HTTP/1.1', 'Host: a', ...headers, '', ''].join(NL);

test.each([
  ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['no Host in HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
  ['two different Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['two equal Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
  ['two Hosts in one field', 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n'],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['an absolute target but no Host', 'GET http://a/ HTTP/1.1\r\n\r\n'],
  ['Content-Length before Transfer-Encoding', `${post('Content-Length: 3', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
  ['Transfer-Encoding before Content-Length', `${post('Transfer-Encoding: chunked', 'Content-Length: 3')}0\r\n\r\n`],
  ['a space before the colon of Transfer-Encoding, and Content-Length', `${post('Transfer-Encoding : chunked', 'Content-Length: 3')}abc`],
  ['Transfer-Encoding in a folded line', `${post('Transfer-Encoding:', '  chunked')}0\r\n\r\n`],
  ['two different Content-Lengths', `${post('Content-Length: 3', 'Content-Length: 4')}abcd`],
  ['a signed Content-Length', `${post('Content-Length: +3')}abc`],
  ['a negative Content-Length', `${post('Content-Length: -3')}abc`],
  ['an empty Content-Length', post('Content-Length:')],
  ['a Content-Length of 20 digits', `${post('Content-Length: 99999999999999999999')}abc`],
  ['the same Content-Length twice', `${post('Content-Length: 3', 'Content-Length: 3')}abc`],
  ['a Content-Length that is a list', `${post('Content-Length: 3, 3')}abc`],
  ['a hexadecimal Content-Length', `${post('Content-Length: 0x3')}abc`],
  ['an unknown transfer coding', post('Transfer-Encoding: identity')],
  ['a transfer coding that only ends with "chunked"', post('Transfer-Encoding: xchunked')],
  ['a control character before chunked', post('Transfer-Encoding: \x0bchunked')],
  ['an empty Transfer-Encoding', post('Transfer-Encoding:')],
  ['the transfer coding chunked twice', `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
  ['another transfer coding before chunked', `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`],
  ['a chunked body in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['another transfer coding after chunked', post('Transfer-Encoding: chunked, gzip')],
  ['a chunk size that is no number', `${post('Transfer-Encoding: chunked')}ZZ\r\n`],
  ['a chunk size with the prefix 0x', `${post('Transfer-Encoding: chunked')}0x3\r\nabc\r\n0\r\n\r\n`],
  ['a signed chunk size', `${post('Transfer-Encoding: chunked')}+3\r\nabc\r\n0\r\n\r\n`],
  ['a space after a chunk size', `${post('Transfer-Encoding: chunked')}3 \r\nabc\r\n0\r\n\r\n`],
  ['an empty chunk size', `${post('Transfer-Encoding: chunked')}\r\nabc\r\n0\r\n\r\n`],
  ['a chunk size of 17 hexadecimal digits', `${post('Transfer-Encoding: chunked')}fffffffffffffffff\r\nabc`],
  ['a chunk longer than its size', `${post('Transfer-Encoding: chunked')}3\r\nabcd\r\n0\r\n\r\n`],
  ['a bare LF after a chunk size', `${post('Transfer-Encoding: chunked')}3\nabc\r\n0\r\n\r\n`],
  ['a bare LF after a chunk', `${post('Transfer-Encoding: chunked')}3\r\nabc\n0\r\n\r\n`],
  ['a bare LF in a chunk extension', `${post('Transfer-Encoding: chunked')}3;a\nb\r\nabc\r\n0\r\n\r\n`],
  ['a malformed trailer', `${post('Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\nX T: 1\r\n\r\n`],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n'],
  ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
  ['a tab before the colon', 'GET / HTTP/1.1\r\nHost\t: a\r\n\r\n'],
  ['a space before the first header', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
  ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n'],
  ['a NUL in a header name', 'GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n'],
  ['a DEL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\x7fb\r\n\r\n'],
  ['a bare LF in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nfoo\r\n\r\n'],
  ['a NUL in a header value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n'],
  ['a control character in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n'],
  ['a bare CR in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n'],
  ['a second CR before the LF', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n'],
  ['a bare CR in the request line', 'GET /\ra HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['bare LFs as line ends', 'GET / HTTP/1.1\nHost: a\n\n'],
  ['a control character in the path', 'GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a space in the path', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['raw UTF-8 in the path', 'GET /é HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an invalid method', 'GE(T / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['no HTTP version', 'GET /\r\n\r\n'],
  ['tabs in the request line', 'GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a fragment in the target', 'GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a user in the target', 'GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a user in the Host', 'GET / HTTP/1.1\r\nHost: u@a\r\n\r\n'],
  ['an invalid port in the Host', 'GET / HTTP/1.1\r\nHost: a:x\r\n\r\n'],
  ['an unknown HTTP version', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n'],
  ['a CONNECT target', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an ftp URL as the target', 'GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an asterisk as the target', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
])('a request with %s gets 400 and reaches no function', async (_what, bytes) => {
  const before = edge.events().length;
  const response = parseResponse(await sendRaw(edge.port, bytes));
  expect(response).toMatchObject({
    status: 400,
    body: '{"message":"Bad Request"}',
    headers: { connection: ['close'] },
  });
  expect(edge.events()).toHaveLength(before);
});

test('a request with more than 10,240 bytes of headers gets 431', async () => {
  const tooLarge = await rawRequest(edge.port, 'GET / HTTP/1.1', [`X: ${'a'.repeat(10_240)}`]);
  expect(tooLarge).toMatchObject({ status: 431, body: '{"message":"Request Header Fields Too Large"}' });
  expect((await rawRequest(edge.port, 'GET / HTTP/1.1', [`X: ${'a'.repeat(10_000)}`])).status).toBe(200);
});

test('a request with 1,100 small headers reaches the function with all of the headers', async () => {
  const names = Array.from({ length: 1100 }, (_, index) => `x${index}`);
  expect(
    (
      await rawRequest(
        edge.port,
        'GET / HTTP/1.1',
        names.map((name) => `${name}:1`),
      )
    ).status,
  ).toBe(200);
  expect(Object.keys(edge.events().at(-1)?.headers ?? {})).toEqual(expect.arrayContaining(names));
});

test('malformed bytes behind an unanswered request do not cause a 400 in place of the answer', async () => {
  const text = await sendRaw(edge.port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n\r\n');
  expect(text).not.toContain('400');
});

test('requests on one connection are answered in order', async () => {
  const text = await sendRaw(edge.port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(text.indexOf('/slow')).toBeGreaterThan(0);
  expect(text.indexOf('/quick')).toBeGreaterThan(text.indexOf('/slow'));
});

test('trailers of a chunked request are not passed to the function, and a Host trailer changes nothing', async () => {
  const chunked = `${post('Transfer-Encoding: chunked', 'Connection: close')}3\r\nabc\r\n0\r\nHost: evil\r\nX-T: 1\r\n\r\n`;
  expect(parseResponse(await sendRaw(edge.port, chunked)).status).toBe(200);
  const event = edge.events().at(-1);
  expect(event).toMatchObject({ body: 'YWJj', headers: { host: 'a', 'content-length': '3' } });
  expect(event?.headers).not.toHaveProperty('x-t');
});

test('a request with an unknown expectation gets 417', async () => {
  const response = await rawRequest(edge.port, 'POST / HTTP/1.1', ['Expect: miracles', 'Content-Length: 0']);
  expect(response.status).toBe(417);
});

test.each([
  ['malformed bytes', 'no request\r\n\r\n'],
  ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
])('the connection of a client that has sent %s ends, even if the client does not close it', async (_, bytes) => {
  expect(await untilDropped(edge.port, bytes)).toMatch(/^HTTP\/1\.1 400 /);
});

describe('a request whose body has not come', () => {
  test.each([
    ['without Host', 400, 'POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n'],
    ['with two Hosts', 400, 'POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 5\r\n\r\n'],
    ['with another transfer coding before chunked', 400, post('Transfer-Encoding: gzip, chunked')],
    ['to a path that cannot be decoded', 400, 'POST /%zz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n'],
    [
      'to a path that cannot be decoded, and that waits for 100',
      400,
      'POST /%zz HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
    ],
    ['with a length above the limit', 413, post('Content-Length: 20000000')],
    ['with a length above the limit, and that waits for 100', 413, post('Expect: 100-continue', 'Content-Length: 20000000')],
  ])('%s gets %i at once, and nothing before it; the connection ends', async (_what, status, bytes) => {
    const before = edge.events().length;
    const received = await sendRaw(edge.port, bytes);
    expect(statusesIn(received)).toEqual([status]);
    expect(parseResponse(received).headers).toMatchObject({ connection: ['close'] });
    expect(edge.events()).toHaveLength(before);
  });

  test('is refused behind a request that is still being answered, after that answer', async () => {
    const received = await sendRaw(edge.port, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${post('Transfer-Encoding: gzip, chunked')}`);
    expect(received).toMatch(/^HTTP\/1\.1 200 [^]*\/slowHTTP\/1\.1 400 /);
  });

  test('is refused, and bytes behind its head are not read as a request', async () => {
    const before = edge.events().length;
    const smuggled = `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect(statusesIn(await sendRaw(edge.port, smuggled))).toEqual([400]);
    expect(edge.events()).toHaveLength(before);
  });

  test('is asked for with 100 when the visitor waits for 100 and the head is accepted', async () => {
    const received = await sendRaw(edge.port, `${post('Expect: 100-continue', 'Content-Length: 2', 'Connection: close')}ab`);
    expect(statusesIn(received)).toEqual([100, 200]);
  });
});

test('a visitor that sends its whole body before it reads gets the 413', async () => {
  const body = 'x'.repeat(11_000_000);
  const received = await sendRaw(edge.port, `${post(`Content-Length: ${body.length}`)}${body}`);
  expect(statusesIn(received)).toEqual([413]);
});
