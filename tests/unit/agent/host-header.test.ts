import { AgentOptionError } from '../../../agent';
import { withRewrittenHost } from '../../../agent/host-header';
import { resolveOptions } from '../../../agent/options';
import { Spool } from '../../../agent/spool';
import { LocalService } from '../../../agent/local-service';
import { AgentFixture } from '../../support/agent-fixture';
import { startLocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

const resolve = (hostHeader: string | undefined, target: { host?: string; port: number } = { port: 3000 }) =>
  resolveOptions({ endpoint: 'wss://agents.test', token: 'abc', target, ...(hostHeader !== undefined && { hostHeader }) }).hostHeader;

/** Returns the Host and X-Forwarded-Host that a service saw, and what the agent made of the fields in the service's answer. */
async function exchange(hostHeader: string | undefined, fields: (host: string) => Record<string, string | string[]> = () => ({})) {
  let seen: unknown[] = [];
  const server = fixture.keep(
    await startLocalServer((request, reply) => {
      seen = [request.headers.host, request.headers['x-forwarded-host']];
      reply.writeHead(302, fields(request.headers.host ?? '')).end();
    }),
  );
  const service = new LocalService({ host: '127.0.0.1', port: server.port }, resolve(hostHeader, { port: server.port }));
  fixture.keep({ close: async () => service.close() });
  const request = {
    method: 'GET',
    uri: '/',
    headers: { host: ['demo.test'], 'x-forwarded-host': ['demo.test'] },
    body: Spool.of(Buffer.alloc(0)),
  };
  const { headers } = await service.ask(request, 1000);
  return { seen, headers, own: `127.0.0.1:${server.port}` };
}

describe('the Host header for the local service', () => {
  it.each([undefined, 'preserve'])('is the Host of the visitor when the option is %s', async (option) => {
    expect((await exchange(option)).seen).toEqual(['demo.test', 'demo.test']);
  });

  it('is the address of the local service with the option rewrite; X-Forwarded-Host keeps the Host of the visitor', async () => {
    const { seen, own } = await exchange('rewrite');
    expect(seen).toEqual([own, 'demo.test']);
  });

  it('is the host that the option names', async () => {
    expect((await exchange('app.test:3000')).seen).toEqual(['app.test:3000', 'demo.test']);
  });

  it('has brackets around an IPv6 address, and no port when the port is 80', () => {
    expect(resolve('rewrite', { host: '::1', port: 3000 })).toBe('[::1]:3000');
    expect(resolve('rewrite', { host: 'localhost', port: 80 })).toBe('localhost');
  });

  it.each(['', 'http://app.test', 'app.test/x', 'a b', 'a\r\nx: y', 'app.test:'])('is refused when the option is %j', (option) => {
    expect(() => resolve(option)).toThrow(AgentOptionError);
    expect(() => resolve(option)).toThrow('give preserve, rewrite, or a host such as app.test:3000');
  });
});

test("WebDAV's references to the Host of the visitor name the Host that the local service gets", () => {
  const fields = { host: ['demo.test'], 'x-forwarded-host': ['demo.test'] };
  const request = { ...fields, destination: ['http://demo.test/b'], if: ['<http://demo.test/a> (<urn:uuid:1>)'] };
  const rewritten = { destination: ['http://app.test:3000/b'], if: ['<http://app.test:3000/a> (<urn:uuid:1>)'] };
  expect(withRewrittenHost(request, 'app.test:3000')).toEqual({ ...fields, host: ['app.test:3000'], ...rewritten });
  expect(withRewrittenHost({ ...fields, destination: ['http://other.test/b'] }, 'app.test:3000')).toMatchObject({
    destination: ['http://other.test/b'],
  });
  expect(withRewrittenHost(request, undefined)).toEqual(request);
});

describe("the answer of a local service with another Host than the visitor's", () => {
  it('gets a path in Location and Content-Location in place of the URL with that Host', async () => {
    const { headers } = await exchange('rewrite', (host) => ({ location: `http://${host}/login?x#y`, 'content-location': `//${host}` }));
    expect(headers).toMatchObject({ location: ['/login?x#y'], 'content-location': ['/'] });
  });

  it('loses the Domain attribute of cookies for that Host', async () => {
    const { headers } = await exchange('app.test', () => ({
      'set-cookie': ['a=1; Domain=app.test; Path=/', 'b=2; Domain=.test; HttpOnly', 'c=3; Domain=other.test', 'd=4'],
    }));
    expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; HttpOnly', 'c=3; Domain=other.test', 'd=4']);
  });

  it("keeps references to other hosts, and references to the visitor's Host when the option is preserve", async () => {
    const elsewhere = { location: 'https://other.test/login' };
    expect((await exchange('rewrite', () => elsewhere)).headers).toMatchObject({ location: ['https://other.test/login'] });
    const own = { location: 'http://demo.test/x', 'set-cookie': 'a=1; Domain=demo.test' };
    expect((await exchange('preserve', () => own)).headers).toMatchObject({
      location: ['http://demo.test/x'],
      'set-cookie': ['a=1; Domain=demo.test'],
    });
  });
});
