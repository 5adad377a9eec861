import { createHash } from 'node:crypto';
import { deterministicBytes } from '../../../agent/demo/demo-endpoints';
import { startDemoService, type DemoService } from '../../../agent/demo/demo-service';

let demo: DemoService;
let base: string;
beforeAll(async () => {
  demo = await startDemoService();
  base = `http://127.0.0.1:${demo.port}`;
});
afterAll(() => demo.close());

interface Echo {
  method: string;
  url: string;
  headers: [string, string][];
  body: { length: number; sha256: string; encoding: string; content: string };
}
const get = (path: string, init?: RequestInit) => fetch(base + path, { redirect: 'manual', ...init });

describe('the demo service', () => {
  it('shows a page with the request headers, escaped, and relative links only', async () => {
    const response = await get('/', { headers: { 'x-evil': '<script>&"' } });
    const html = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).toContain('<th>x-evil</th><td>&lt;script&gt;&amp;&quot;</td>');
    const links = [...html.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(9);
    expect(links.filter((link) => link.startsWith('/') || /^https?:/.test(link))).toEqual([]);
  });

  it('has an endpoint behind every link of the page', async () => {
    const html = await (await get('/')).text();
    const links = [...html.matchAll(/<a href="([^"]*)"/g)].map(([, link]) => link ?? '');
    const statuses = await Promise.all(links.map(async (link) => (await get(`/${link}`)).status));
    expect(links.filter((_, i) => statuses[i] === 404 || statuses[i] === 400)).toEqual([]);
  });

  it('echoes method, target, headers and a text body', async () => {
    const response = await get('/echo?a=1&a=2', {
      method: 'PATCH',
      body: 'grüße',
      headers: { 'X-Case': 'kept' },
    });
    const echo = (await response.json()) as Echo;
    expect(echo).toMatchObject({ method: 'PATCH', url: '/echo?a=1&a=2' });
    expect(echo.headers).toContainEqual(['X-Case', 'kept']);
    expect(echo.body).toEqual({
      length: 7,
      sha256: createHash('sha256').update('grüße').digest('hex'),
      encoding: 'utf8',
      content: 'grüße',
    });
  });

  it('echoes a binary body as base64', async () => {
    const response = await get('/echo', { method: 'POST', body: new Uint8Array([0xff, 0, 0xfe]) });
    expect(((await response.json()) as Echo).body).toMatchObject({ encoding: 'base64', content: '/wD+' });
  });

  it.each([
    [64 * 1024, true],
    [64 * 1024 + 1, false],
    [6 * 1024 * 1024, false],
  ])('echoes a body of %d bytes with its content included: %s', async (length, hasContent) => {
    const body = Buffer.alloc(length, 'e');
    const text = await (await get('/echo', { method: 'POST', body })).text();
    const echo = (JSON.parse(text) as Echo).body;
    expect(echo).toMatchObject({ length, sha256: createHash('sha256').update(body).digest('hex') });
    expect('content' in echo).toBe(hasContent);
    expect(text.length).toBeLessThan(70_000);
  });

  it('delays its answer by the time in the path', async () => {
    const begin = performance.now();
    expect(await (await get('/delay/60')).text()).toBe('waited 60 ms\n');
    expect(performance.now() - begin).toBeGreaterThan(55);
  });

  describe('the clock', () => {
    const ticks = async (
      path: string,
      headers: Record<string, string> = {},
    ): Promise<{ type: unknown; ids: string[]; times: number[] }> => {
      const response = await get(path, { headers });
      const events = [...(await response.text()).matchAll(/^id: (\d+)\ndata: (.*)\n\n/gm)];
      const type = response.headers.get('content-type');
      return { type, ids: events.map(([, id = '']) => id), times: events.map(([, , time = '']) => Date.parse(time)) };
    };

    it('sends numbered events with the time, a second apart', async () => {
      const { type, ids, times } = await ticks('/clock?events=2');
      expect(type).toBe('text/event-stream');
      expect(ids).toEqual(['1', '2']);
      const [first = NaN, second = NaN] = times;
      expect(second - first).toBeGreaterThan(900);
    });

    it('goes on after the last event that the client has', async () => {
      expect((await ticks('/clock?events=1', { 'last-event-id': '41' })).ids).toEqual(['42']);
    });

    it('sends its first event at once', async () => {
      const { body } = await get('/clock');
      const reader = (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('data: ')) text += (await reader.read()).value ?? '';
      expect(text).toContain('id: 1\n');
      expect(text).not.toContain('id: 2\n');
      await reader.cancel();
    });

    it('answers HEAD without a body, so that a page can ask what its address does with event streams', async () => {
      const response = await get('/clock', { method: 'HEAD' });
      expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, 'text/event-stream', '']);
    });
  });

  describe('the chat', () => {
    it.each([
      ['a form', '/chat', { method: 'POST', body: new URLSearchParams({ message: 'hi there' }) }],
      ['the query', '/chat?message=hi+there', {}],
    ])('answers the message of %s in many pieces, and says that the answer is made up', async (_from, path, init) => {
      const response = await get(path, init);
      const pieces: string[] = [];
      const stream = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream());
      for await (const piece of stream as unknown as AsyncIterable<string>) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(5);
      expect(pieces.join('')).toMatch(/^You wrote: “hi there”\. That is 2 words\. .* makes this answer up.*\n$/);
    });

    it('quotes only the begin of a long message', async () => {
      const answer = await (await get(`/chat?message=${Array(15).fill('word').join('+')}`)).text();
      expect(answer).toContain('word …”. That is 15 words.');
      expect(answer.match(/\bword\b/g)).toHaveLength(12);
    });
  });

  it.each(['/clock?events=0', '/chat?message=hi'])('lets pages of other addresses read %s', async (path) => {
    const response = await get(path);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    await response.body?.cancel();
  });

  it('sends deterministic bytes that a client can compare', async () => {
    const bytes = Buffer.from(await (await get('/big/100000')).arrayBuffer());
    expect(bytes).toEqual(deterministicBytes(100_000));
    expect(new Set(bytes).size).toBe(256);
    expect(Buffer.from(await (await get('/binary')).arrayBuffer())).toEqual(Buffer.from([...Array(256).keys()]));
  });

  it('sets two cookies in separate headers, shows the cookies it received and removes cookies', async () => {
    const set = await get('/cookies', { headers: { cookie: 'flavour=vanilla; other=1' } });
    expect(set.headers.getSetCookie()).toEqual(['flavour=vanilla; Path=/', 'topping=cherries, sliced; Path=/; HttpOnly; SameSite=Lax']);
    expect(await set.json()).toMatchObject({ received: ['flavour=vanilla', 'other=1'] });
    const cleared = await get('/cookies/clear');
    expect(cleared.headers.getSetCookie().every((cookie) => cookie.endsWith('Path=/; Max-Age=0'))).toBe(true);
  });

  it.each([200, 204, 304, 404, 418, 599])('answers with status %d', async (code) => {
    expect((await get(`/status/${code}`)).status).toBe(code);
  });

  it('redirects to a relative address', async () => {
    const response = await get('/redirect');
    expect([response.status, response.headers.get('location')]).toEqual([302, './echo?from=redirect']);
  });

  it('returns a nonce unchanged', async () => {
    expect(await (await get('/nonce/a%2Fb-1')).text()).toBe('a%2Fb-1');
  });

  it.each(['/delay/60001', '/delay/x', '/big/10485761', '/big/-1', '/status/199', '/status/600', '/status/'])(
    'answers %s with status 400 and the allowed range',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(/takes a (whole number|status) from/);
    },
  );

  it('answers an unknown path with status 404 and a list of its endpoints', async () => {
    const response = await get('/no/such');
    const html = await response.text();
    expect(response.status).toBe(404);
    expect(html).toContain('href="../echo?hello=world"');
    expect(html).toContain('<code>/no/such</code>');
  });
});
