/** The Apache HTTP Server behind a tunnel: redirects that name the visitor's Host, and WebDAV. */
import { ADDRESS_FORMS, addressesOf, type Address } from '../support/addresses';
import { describeWithApache, type Apache } from '../support/apache';
import { ask, type Ask, type Reply } from '../support/http-client';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const LOCK = `<?xml version="1.0" encoding="utf-8"?>
<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>`;

describeWithApache('Apache behind a tunnel', (start) => {
  let cloud: CloudUnderTest;
  let apache: Apache;
  let addresses: Awaited<ReturnType<typeof addressesOf>>;
  beforeAll(async () => {
    [cloud, apache] = await Promise.all([startCloud({ mode: 'direct' }), start()]);
    await cloud.agent({ target: { port: apache.port } });
    addresses = await addressesOf(cloud);
  });
  afterAll(async () => {
    await cloud.close();
    await apache.close();
  });

  describe.each(ADDRESS_FORMS)('at %s', (form) => {
    const address = (): Address => addresses[form];
    const visit = (method: string, path: string, how: Ask = {}): Promise<Reply> => {
      const { url, host, prefix } = address();
      return ask(url, prefix + path, { ...how, method, headers: { host, ...how.headers } });
    };
    /** The URL of a file as a visitor writes it. */
    const urlOf = (path: string): string => `http://${address().host}${address().prefix}${path}`;
    const folder = `/${form.replaceAll(' ', '-')}`;
    beforeAll(async () => {
      expect((await visit('MKCOL', folder)).status).toBe(201);
      expect((await visit('PUT', `${folder}/a.txt`, { body: 'first' })).status).toBe(201);
    });

    test('redirects a folder without a slash to the address that the visitor used', async () => {
      expect(await visit('GET', folder)).toMatchObject({ status: 301, headers: { location: urlOf(`${folder}/`) } });
    });

    test('copies and moves files to the URL that Destination names', async () => {
      const copied = await visit('COPY', `${folder}/a.txt`, { headers: { destination: urlOf(`${folder}/b.txt`) } });
      expect(copied).toMatchObject({ status: 201, headers: { location: urlOf(`${folder}/b.txt`) } });
      const moved = await visit('MOVE', `${folder}/b.txt`, { headers: { destination: urlOf(`${folder}/c%20d.txt`) } });
      expect(moved.status).toBe(201);
      expect((await visit('GET', `${folder}/c%20d.txt`)).text).toBe('first');
      expect((await visit('GET', `${folder}/b.txt`)).status).toBe(404);
    });

    test('copies to a URL with https, as visitors of an HTTP API on AWS write it', async () => {
      const headers = { destination: urlOf(`${folder}/e.txt`).replace('http:', 'https:') };
      expect((await visit('COPY', `${folder}/a.txt`, { headers })).status).toBe(201);
    });

    test('writes a locked file for the visitor whose If field names the file and its lock', async () => {
      const locked = await visit('LOCK', `${folder}/a.txt`, { body: LOCK, headers: { 'content-type': 'application/xml' } });
      const token = String(locked.headers['lock-token']);
      expect((await visit('PUT', `${folder}/a.txt`, { body: 'second' })).status).toBe(423);
      const headers = { if: `<${urlOf(`${folder}/a.txt`)}> (${token})` };
      expect((await visit('PUT', `${folder}/a.txt`, { body: 'second', headers })).status).toBe(204);
      expect((await visit('UNLOCK', `${folder}/a.txt`, { headers: { 'lock-token': token } })).status).toBe(204);
    });
  });
});
