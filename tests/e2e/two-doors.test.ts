import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { ask, type Ask, type Reply } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
}

let under: CloudUnderTest;
let service: Server;
let received: Received[] = [];
let answer: (reply: ServerResponse) => void;
beforeAll(async () => {
  under = await startCloud({ mode: 'direct' });
  service = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders } = request;
      received.push({ method, url, headers: rawHeaders, body: Buffer.concat(chunks).toString('base64') });
      answer(reply);
    });
  });
  await under.agent({ target: { port: await listenOnAnyPort(service) } });
});
afterAll(async () => {
  service.close();
  await under.close();
});

/** Fields of a door itself, or of its connection to the visitor. */
const OF_A_DOOR = /^(apigw-requestid|x-amzn-(requestid|trace-id)|x-tunnel-request-id|date|connection|keep-alive|transfer-encoding)$/;
/** What the streaming door does to header fields: docs/limits.md. */
const RENAMED = /^x-amzn-remapped-(date|content-length|www-authenticate|server)$/;

/** The fields of a reply that both doors must have in common. */
function common({ headers }: Reply): Record<string, unknown> {
  const entries = Object.entries(headers).map(([name, value]) => [name.replace(RENAMED, '$1'), value] as const);
  // The HTTP API states a length for every body. The type is compared by `sameType`.
  return Object.fromEntries(entries.filter(([name]) => !OF_A_DOOR.test(name) && name !== 'content-length' && name !== 'content-type'));
}

/** Whether the types are equal. Where the service states none, each door states its own. */
const sameType = (whole: Reply, streamed: Reply): boolean =>
  whole.headers['content-type'] === streamed.headers['content-type'] ||
  (streamed.headers['content-type'] === 'application/octet-stream' &&
    [undefined, 'text/plain;charset=UTF-8'].includes(whole.headers['content-type']));

/** The request as the service has seen it, without what differs by door: the host, and the address of the door. */
const seen = ({ headers, ...rest }: Received): unknown => {
  const pairs = headers.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), headers[index + 1] ?? ''] as const] : []));
  return { ...rest, headers: pairs.filter(([name]) => !/^(host|x-forwarded-(host|port)|x-amzn-trace-id)$/.test(name)).sort() };
};

/** Sends the same request through both doors. */
async function throughBoth(path: string, how: Ask = {}) {
  received = [];
  const whole = await ask(under.visitorUrl, `/demo${path}`, how);
  const streamed = await ask(under.streamUrl, `/demo${path}`, how);
  return { whole, streamed, requests: received.map(seen) };
}

const PAGE = '<p>grüße</p>';
const ANSWERS: readonly (readonly [what: string, answer: (reply: ServerResponse) => void])[] = [
  ['a page', (reply) => reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE)],
  ['an empty answer', (reply) => reply.writeHead(200, { 'content-type': 'text/plain' }).end()],
  ['204', (reply) => reply.writeHead(204, { 'x-a': '1' }).end()],
  ['304', (reply) => reply.writeHead(304, { etag: '"v1"' }).end()],
  ['404 of the service', (reply) => reply.writeHead(404, { 'content-type': 'text/plain' }).end('no such page')],
  ['500 of the service', (reply) => reply.writeHead(500, { 'content-type': 'text/plain' }).end('oops')],
  [
    '401 with a challenge',
    (reply) => reply.writeHead(401, { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="a"' }).end('who?'),
  ],
  ['a redirect below the prefix', (reply) => reply.writeHead(302, { location: '/next?a=1' }).end()],
  ['a redirect to another host', (reply) => reply.writeHead(307, { location: 'https://other.example/x' }).end()],
  [
    'cookies and repeated fields',
    (reply) =>
      reply
        .writeHead(200, [
          'Set-Cookie',
          'a=1; Path=/',
          'Set-Cookie',
          'b=2',
          'Link',
          '</a>',
          'Link',
          '</b>',
          'X-Empty',
          '',
          'Content-Type',
          'text/plain',
        ])
        .end('x'),
  ],
  [
    'a range',
    (reply) => reply.writeHead(206, { 'content-range': 'bytes 0-3/10', 'content-type': 'text/plain', 'content-length': 4 }).end('abcd'),
  ],
  [
    'compressed bytes',
    (reply) => reply.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end(gzipSync(PAGE.repeat(100))),
  ],
  ['binary bytes of an unknown type', (reply) => reply.writeHead(200, { 'content-type': 'application/octet-stream' }).end(RANDOM)],
  ['a body of 300 KB', (reply) => reply.writeHead(200, { 'content-type': 'image/png' }).end(LARGE)],
  ['hop-by-hop fields', (reply) => reply.writeHead(200, { connection: 'x-hop', 'x-hop': '1', 'content-type': 'text/plain' }).end('x')],
  [
    'early hints, and trailers',
    (reply) => {
      reply.writeEarlyHints({ link: '</style.css>; rel=preload' });
      // An answer to HEAD has no trailers.
      const hasTrailers = reply.req.method !== 'HEAD';
      reply.writeHead(200, { 'content-type': 'text/plain', ...(hasTrailers && { trailer: 'x-t' }) });
      if (hasTrailers) reply.addTrailers({ 'x-t': '1' });
      reply.end('x');
    },
  ],
];
const RANDOM = randomBytes(1000);
const LARGE = randomBytes(300_000);

describe.each(ANSWERS)('%s', (_what, how) => {
  test.each(['GET', 'HEAD', 'POST'])('is the same through both doors for %s', async (method) => {
    answer = how;
    const { whole, streamed, requests } = await throughBoth('/a?b=c', { method, ...(method === 'POST' && { body: 'text' }) });
    expect(streamed.status).toBe(whole.status);
    expect(common(streamed)).toEqual(common(whole));
    expect(sameType(whole, streamed)).toBe(true);
    expect(streamed.body).toEqual(whole.body);
    expect(requests[1]).toEqual(requests[0]);
  });
});

test('the service receives the same request through both doors', async () => {
  answer = (reply) => reply.end();
  const { requests } = await throughBoth('/path/x?a=1&a=2&&b=%20+', {
    method: 'PUT',
    headers: {
      cookie: ['a=1', 'b="x y"'],
      'x-twice': ['1', '2, 3'],
      accept: '*/*',
      'content-type': 'application/octet-stream',
      te: 'trailers',
    },
    body: RANDOM,
  });
  expect(requests).toHaveLength(2);
  expect(requests[1]).toEqual(requests[0]);
});

test.each(['/a%2Fb', '/%61', '/a%3Fb', '/%2e%2e/x', '/a?'])(
  'the service receives the path %s as it was sent, which the HTTP API decodes',
  async (path) => {
    answer = (reply) => reply.end();
    received = [];
    await ask(under.streamUrl, `/demo${path}`);
    expect(received.map(({ url }) => url)).toEqual([path === '/a?' ? '/a' : path]);
  },
);
