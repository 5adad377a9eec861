import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { environments } from '../../environments';
import { eventually } from '../support/eventually';
import { ask } from '../support/http-client';
import { listenOnAnyPort } from '../support/listen';
import { MODES, startCloud, startTunnel, type CloudUnderTest } from '../support/tunnel';

/** Every error that is known at once must be told before this deadline, also if a busy machine starts environments. In ms. */
const DEADLINE_MS = environments.local.timings.requestDeadlineMs;
/** How long the agent waits for a silent service, in ms. */
const TIMEOUT_MS = 300;

describe.each(MODES)('in mode %s', (mode) => {
  let tunnel: CloudUnderTest;
  beforeAll(async () => {
    tunnel = await startTunnel({ mode });
  });
  afterAll(() => tunnel.close());

  const expectError = async (reply: Awaited<ReturnType<typeof ask>>, status: number, code: string): Promise<void> => {
    expect(reply.headers['x-tunnel-error']).toBe(code);
    expect(reply.status).toBe(status);
    expect(reply.ms).toBeLessThan(DEADLINE_MS);
    await tunnel.noPendingRows();
  };

  test('a request to an unknown tunnel gets 404', async () => {
    await expectError(await tunnel.visit('/', {}, 'nobody'), 404, 'tunnel_not_found');
    await expectError(await ask(tunnel.visitorUrl, '/', { headers: { host: 'nobody.localhost' } }), 404, 'tunnel_not_found');
    await expectError(await ask(tunnel.visitorUrl, '/'), 404, 'tunnel_not_found');
  });

  test('a request to a tunnel whose agent has disconnected gets 502', async () => {
    const agent = await tunnel.agent({ name: 'leaver', target: { port: 1 } });
    await agent.stop({ graceMs: 0 });
    await expectError(await tunnel.visit('/', {}, 'leaver'), 502, 'agent_away');
  });

  test('a request gets 503 when the local service refuses the connection', async () => {
    await tunnel.agent({ name: 'refuser', target: { port: await freePort() } });
    await expectError(await tunnel.visit('/', {}, 'refuser'), 503, 'local_service_unavailable');
  });

  test('a request gets 429 while the agent has its maximum of requests in flight, and the next one gets 200', async () => {
    const waiting: (() => void)[] = [];
    const slow = createHttpServer((_, response) => void waiting.push(() => response.end('at last')));
    try {
      await tunnel.agent({ name: 'full', target: { port: await listenOnAnyPort(slow) }, maxInFlight: 1 });
      const first = tunnel.visit('/', {}, 'full');
      await eventually(() => waiting.length === 1);
      const refused = await tunnel.visit('/', {}, 'full');
      expect(refused).toMatchObject({ status: 429, headers: { 'x-tunnel-error': 'tunnel_busy', 'retry-after': '1' } });
      waiting.forEach((answer) => answer());
      expect((await first).text).toBe('at last');
      const next = tunnel.visit('/', {}, 'full');
      await eventually(() => waiting.length === 2);
      waiting[1]?.();
      expect((await next).status).toBe(200);
    } finally {
      slow.close();
    }
  });

  test('a request gets 502 when the response of the local service is too large', async () => {
    await expectError(await tunnel.visit('/big/5000000'), 502, 'response_too_large');
  });

  test('a request gets 504 when the local service is silent until the agent gives up', async () => {
    const silent = createHttpServer(() => undefined);
    const port = await listenOnAnyPort(silent);
    try {
      await tunnel.agent({ name: 'silent', target: { port }, requestTimeoutMs: TIMEOUT_MS });
      const reply = await tunnel.visit('/', {}, 'silent');
      await expectError(reply, 504, 'local_service_timeout');
      expect(reply.ms).toBeGreaterThan(TIMEOUT_MS);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  test('a browser gets errors as an HTML page, and a program gets a problem document', async () => {
    const page = await tunnel.visit('/', { headers: { accept: 'text/html,*/*;q=0.8' } }, 'nobody');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('There is no such tunnel');
    const problem = await tunnel.visit('/', { headers: { accept: 'application/json' } }, 'nobody');
    expect(JSON.parse(problem.text)).toMatchObject({ status: 404, code: 'tunnel_not_found' });
  });
});

test('no agent can connect when the token key is too short', async () => {
  const cloud = await startCloud({
    stack: (resources) => {
      const parameter = resources['aws_ssm_parameter']?.['token-key'] as Record<string, unknown>;
      parameter['value_wo'] = 'short';
    },
  });
  try {
    let isConnected = false;
    void cloud.agent({ target: { port: 1 } }).then(
      () => (isConnected = true),
      () => undefined,
    );
    await eventually(() => expect(cloud.logs.some(({ text }) => text.includes('needs 32 or more'))).toBe(true));
    expect(isConnected).toBe(false);
  } finally {
    await cloud.close();
  }
});

/** Returns a port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnAnyPort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
