/** What a web framework sees of a request, and what its visitors get, at each kind of address. */
import { once } from 'node:events';
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { ADDRESS_FORMS, addressesOf, type Address } from '../support/addresses';
import { ask, type Ask, type Reply } from '../support/http-client';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

/** What the Express app reports of a request. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly contentLength?: string;
  readonly host?: string;
  readonly forwardedHost?: string;
  readonly subdomains: readonly string[];
  /** `undefined` where the body parser took the request for one without a body. */
  readonly body: string;
}

const app = express();
app.set('subdomain offset', 1);
app.use(express.text({ type: () => true }));
app.all('/status/:code', (request, reply) => void reply.writeHead(Number(request.params.code)).end('body'));
app.all('/sub', (request, reply) => reply.redirect(301, `${request.protocol}://${request.get('host')}/sub/`));
app.all(/.*/, (request, reply) => {
  const { method, url, subdomains, headers } = request;
  const body = request.body === undefined ? 'undefined' : JSON.stringify(request.body);
  reply.set('x-seen', encodeURIComponent(JSON.stringify({ method, url, subdomains, body, ...fieldsOf(headers) }))).end();
});

const fieldsOf = (headers: http.IncomingHttpHeaders): Partial<Seen> => ({
  ...(headers['content-length'] !== undefined && { contentLength: headers['content-length'] }),
  ...(headers.host !== undefined && { host: headers.host }),
  ...(headers['x-forwarded-host'] !== undefined && { forwardedHost: String(headers['x-forwarded-host']) }),
});

let cloud: CloudUnderTest;
let server: http.Server;
let addresses: Awaited<ReturnType<typeof addressesOf>>;
beforeAll(async () => {
  cloud = await startCloud({ mode: 'direct' });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await cloud.agent({ target: { port: (server.address() as AddressInfo).port } });
  addresses = await addressesOf(cloud);
});
afterAll(async () => {
  await cloud.close();
  server.closeAllConnections();
  server.close();
});

const visit = ({ url, host, prefix }: Address, path: string, how: Ask = {}): Promise<Reply> =>
  ask(url, prefix + path, { ...how, headers: { host, ...how.headers } });
const seenIn = ({ headers }: Reply): Seen => JSON.parse(decodeURIComponent(String(headers['x-seen']))) as Seen;

describe.each(ADDRESS_FORMS)('behind %s, an Express app', (form) => {
  const visitHere = (path: string, how?: Ask): Promise<Reply> => visit(addresses[form], path, how);

  test('gets the Host that the visitor asked for, and builds redirects that lead the visitor to the same tunnel', async () => {
    const { host, prefix } = addresses[form];
    expect(seenIn(await visitHere('/'))).toMatchObject({ host, forwardedHost: host });
    expect((await visitHere('/sub')).headers.location).toBe(`http://${host}${prefix}/sub/`);
  });

  test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PROPFIND'])('gets %s without a body as a request without a body', async (method) => {
    const seen = seenIn(await visitHere('/', { method }));
    expect(seen).toMatchObject({ method, body: 'undefined' });
    expect(seen).not.toHaveProperty('contentLength');
  });

  test.each(['POST', 'PUT', 'PATCH'])('gets %s without a body with the length 0', async (method) => {
    expect(seenIn(await visitHere('/', { method, headers: { 'content-length': 0 } }))).toMatchObject({ contentLength: '0' });
  });

  test('gets a body with its length, with every method', async () => {
    for (const method of ['POST', 'DELETE', 'REPORT']) {
      expect(seenIn(await visitHere('/', { method, headers: { 'content-length': 3 }, body: 'abc' }))).toMatchObject({
        method,
        body: '"abc"',
        contentLength: '3',
      });
    }
  });

  test.each([600, 799, 999])('answers visitors with the status %i', async (status) => {
    expect(await visitHere(`/status/${status}`)).toMatchObject({ status, text: 'body' });
  });
});

test('behind a pinned port, the service gets each Host that stands for this machine, and virtual hosts work', async () => {
  const { url } = addresses['a pinned port'];
  const { port } = new URL(url);
  for (const host of [`localhost:${port}`, `shop.localhost:${port}`, `[::1]:${port}`]) {
    expect(seenIn(await ask(url, '/', { headers: { host } }))).toMatchObject({ host, forwardedHost: host });
  }
  expect(seenIn(await ask(url, '/', { headers: { host: `shop.localhost:${port}` } })).subdomains).toEqual(['shop']);
});
