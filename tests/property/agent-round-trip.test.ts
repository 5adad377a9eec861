import fc from 'fast-check';
import { AgentFixture } from '../support/agent-fixture';
import type { FakeGateway } from '../support/agent-fake-gateway';
import { startLocalServer } from '../support/agent-local-server';

/** What the local service saw last, and what it answers next. */
interface Exchange {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

const fixture = new AgentFixture();
let gateway: FakeGateway;
let seen: { method?: string; uri?: string; rawHeaders: string[]; body: Buffer };
let next: Exchange;

beforeAll(async () => {
  gateway = await fixture.gateway();
  const local = fixture.keep(
    await startLocalServer((request, reply, body) => {
      seen = { method: request.method, uri: request.url, rawHeaders: request.rawHeaders, body };
      reply.writeHead(next.status, [...next.headers.flat(), 'content-length', String(next.body.length)]);
      reply.end(next.body);
    }),
  );
  await fixture.connected(gateway, local.port);
});
afterAll(() => fixture.closeAll());

const oneOf = (characters: string) => fc.constantFrom(...characters);
const uri = fc.array(oneOf('abcXYZ019-._~!$&\'()*+,;=:@/?%[]|^{}\\"<>`'), { maxLength: 60 }).map((characters) => `/${characters.join('')}`);
const name = fc.array(oneOf('abcdefghij0123456789-_'), { minLength: 1, maxLength: 12 }).map((c) => `x-${c.join('')}`);
/** Visible characters and inner spaces: HTTP removes spaces around a value. */
const value = fc
  .array(oneOf(' !"#$%&\'()*+,-./059:;<=>?@AZ[\\]^_`az{|}~\u00e9\u00ff'), { maxLength: 30 })
  .map((characters) => characters.join('').trim());
const fields = fc.array(fc.tuple(name, fc.array(value, { minLength: 1, maxLength: 3 })), { maxLength: 6 });
const body = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
const status = fc.integer({ min: 200, max: 999 }).filter((code) => code !== 204 && code !== 304);

/** The values of each name in their order. HTTP keeps no other order of fields. */
function byName(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const grouped: Record<string, string[]> = {};
  for (const [key, text] of pairs) (grouped[key.toLowerCase()] ??= []).push(text);
  return grouped;
}
const inPairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((text, i) => (i % 2 === 0 ? [[text, flat[i + 1] ?? ''] as [string, string]] : []));
const onlyOurs = (headers: Record<string, string[]>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key.startsWith('x-')));

describe('the agent', () => {
  it('passes method, path, query, headers and body of a request on unchanged', async () => {
    next = { status: 200, headers: [], body: Buffer.alloc(0) };
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND');
    await fc.assert(
      fc.asyncProperty(method, uri, fields, body, async (verb, target, sent, bytes) => {
        const headers = byName(sent.flatMap(([key, values]) => values.map((text) => [key, text] as const)));
        await gateway.newest.request({
          method: verb,
          uri: target,
          headers: { host: ['demo.test'], ...headers },
          body: bytes.toString('base64'),
        });
        expect(seen).toMatchObject({ method: verb, uri: target });
        expect(onlyOurs(byName(inPairs(seen.rawHeaders)))).toEqual(headers);
        expect(seen.body.equals(bytes)).toBe(true);
      }),
    );
  });

  it('passes status, headers and body of an answer on unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(status, fields, body, async (code, sent, bytes) => {
        const headers = sent.flatMap(([key, values]) => values.map((text) => [key, text] as const));
        next = { status: code, headers, body: bytes };
        const answer = await gateway.newest.request();
        if (answer.type !== 'http_response') throw new Error(`${answer.code}: ${answer.message}`);
        expect(answer.status_code).toBe(code);
        expect(onlyOurs(answer.headers)).toEqual(byName(headers));
        expect(Buffer.from(answer.body, 'base64').equals(bytes)).toBe(true);
      }),
    );
  });
});
