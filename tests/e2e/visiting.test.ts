import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { ask } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { MODES, startTunnel, type CloudUnderTest } from '../support/tunnel';

describe.each(MODES)('in mode %s', (mode) => {
  let tunnel: CloudUnderTest;
  /** Answers with the target of the request line. */
  const mirror = createServer((request, response) => response.end(request.url));
  beforeAll(async () => {
    tunnel = await startTunnel({ mode });
    const port = await listenOnAnyPort(mirror);
    await tunnel.agent({ name: 'mirror', target: { port } });
  });
  afterAll(async () => {
    await tunnel.close();
    mirror.close();
  });

  test('a page is served by path and by host', async () => {
    const byPath = await tunnel.visit('/');
    const byHost = await ask(tunnel.visitorUrl, '/', { headers: { host: 'demo.localhost' } });
    for (const reply of [byPath, byHost]) {
      expect(reply.status).toBe(200);
      expect(reply.headers['content-type']).toMatch(/^text\/html/);
      expect(reply.text).toContain('</html>');
    }
  });

  test('a redirect reaches the visitor instead of being followed', async () => {
    const reply = await tunnel.visit('/redirect');
    expect(reply.status).toBe(302);
    expect(reply.headers.location).toBeDefined();
  });

  test('several cookies reach the visitor, and the cookies of a request reach the local service', async () => {
    expect((await tunnel.visit('/cookies')).headers['set-cookie']).toHaveLength(2);
    const echo = await echoed(tunnel, { headers: { cookie: 'a=1; b="2"' } });
    expect(echo.headers).toContainEqual(['cookie', 'a=1; b="2"']);
  });

  test('a JSON body reaches the local service as it was sent', async () => {
    const echo = await echoed(tunnel, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"ü": [1, 2]}' });
    expect(echo).toMatchObject({ method: 'POST', body: { content: '{"ü": [1, 2]}' } });
  });

  test('binary bodies arrive byte for byte in both directions', async () => {
    const body = randomBytes(20_000);
    const echo = await echoed(tunnel, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body });
    expect(echo.body.sha256).toBe(createHash('sha256').update(body).digest('hex'));
    const binary = await tunnel.visit('/binary');
    expect(binary.body).toEqual(Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
  });

  test('an answer of 90 KB, in frames of 32 KB, arrives whole', async () => {
    const reply = await tunnel.visit('/big/90000');
    expect(reply.status).toBe(200);
    expect(reply.body).toHaveLength(90_000);
  });

  test('the query string reaches the local service byte for byte', async () => {
    const echo = await echoed(tunnel, {}, '?a=1&a=2&&b=%20+%C3%BC&c');
    expect(echo.url).toBe('/echo?a=1&a=2&&b=%20+%C3%BC&c');
  });

  test.each(['/a//b/', '/a;b=c', '/%E4%BD%A0', '/sp%20ace', '/a+b', '/[x]|^'])(
    'the path %s reaches the local service as it was sent',
    async (path) => {
      expect((await tunnel.visit(path, {}, 'mirror')).text).toBe(path);
    },
  );

  test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])('the method %s reaches the local service', async (method) => {
    expect(await echoed(tunnel, { method })).toMatchObject({ method });
  });

  test('a response to HEAD has no body, and the Content-Length of the response to GET', async () => {
    const reply = await tunnel.visit('/big/1000', { method: 'HEAD' });
    expect(reply).toMatchObject({ status: 200, headers: expect.objectContaining({ 'content-length': '1000' }) as unknown });
    expect(reply.body).toHaveLength(0);
  });

  test.each([204, 304, 404, 500])('the status %i of the local service reaches the visitor', async (status) => {
    const reply = await tunnel.visit(`/status/${status}`);
    expect(reply.status).toBe(status);
    expect(reply.headers['x-tunnel-error']).toBeUndefined();
  });

  test('200 requests, 20 at a time, each get their own answer, and no row remains', async () => {
    const nonces = Array.from({ length: 200 }, (_, i) => `${mode}-${i}-${randomBytes(4).toString('hex')}`);
    const wrong: string[] = [];
    const queue = [...nonces];
    const visitor = async (): Promise<void> => {
      for (let nonce = queue.pop(); nonce !== undefined; nonce = queue.pop()) {
        const reply = await tunnel.visit(`/nonce/${nonce}`);
        if (reply.status !== 200 || reply.text !== nonce) wrong.push(`${nonce}: ${reply.status} ${reply.text}`);
      }
    };
    await Promise.all(Array.from({ length: 20 }, visitor));
    expect(wrong).toEqual([]);
    await tunnel.noPendingRows();
  });
});

/** What the demo's echo page says that the demo received. */
interface Echo {
  readonly method: string;
  readonly url: string;
  /** Names and values as the demo received them. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: { readonly sha256: string; readonly content: string };
}

async function echoed(tunnel: CloudUnderTest, how: Parameters<CloudUnderTest['visit']>[1], query = ''): Promise<Echo> {
  const reply = await tunnel.visit(`/echo${query}`, how);
  expect(reply.status).toBe(200);
  return JSON.parse(reply.text) as Echo;
}
