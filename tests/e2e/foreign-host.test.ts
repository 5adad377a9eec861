/** A page on the internet whose own name resolves to 127.0.0.1 must not reach the local cloud (DNS rebinding). */
import { parseResponse, sendRaw } from '../support/gateway-raw-http';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

describe('a request to a port of the local cloud under the name of another host', () => {
  let under: CloudUnderTest;
  let pin: number;
  beforeAll(async () => {
    under = await startCloud();
    pin = (await under.cloud.services.edge.listen(0, '127.0.0.1', { domainName: 'demo.localhost' })).port;
  });
  afterAll(() => under.close());

  const ask = async (port: number, host: string, more: string[] = []) =>
    parseResponse(await sendRaw(port, [`GET / HTTP/1.1`, `Host: ${host}`, ...more, 'Connection: close', '', ''].join('\r\n')));
  const portOf = (url: string): number => Number(new URL(url).port);

  test('gets 403 from the visitor port and from the port of a pinned tunnel', async () => {
    for (const port of [portOf(under.visitorUrl), pin]) {
      expect(await ask(port, `rebound.example:${port}`)).toMatchObject({
        status: 403,
        body: expect.stringContaining('localhost') as string,
      });
      expect((await ask(port, `localhost:${port}`)).status).not.toBe(403);
    }
  });

  test('gets 403 from the agent gateway, for a handshake and for @connections', async () => {
    const { port, pathname } = new URL(under.agentEndpoint);
    const handshake = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
    const text = await sendRaw(
      Number(port),
      [`GET ${pathname} HTTP/1.1`, 'Host: rebound.example', 'Connection: Upgrade', ...handshake, '', ''].join('\r\n'),
    );
    expect(parseResponse(text)).toMatchObject({ status: 403, body: expect.stringContaining('localhost') as string });
    expect(await ask(Number(port), 'rebound.example')).toMatchObject({ status: 403, body: expect.stringContaining('localhost') as string });
  });

  test('gets 403 from the AWS endpoint', async () => {
    expect((await ask(portOf(under.cloud.services.awsEndpoint), 'rebound.example')).status).toBe(403);
  });
});
