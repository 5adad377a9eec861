import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import type { Agent, AgentOptions } from '../../agent';
import type { Environment } from '../../environments';
import { AwsError, type Interceptor } from '../../local/services';
import { MAX_RESPONSE_BODY_BYTES } from '../../protocol';
import { MAX_ROW_BODY_BYTES } from '../../functions/core/body-store';
import { eventually } from '../support/eventually';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { MODES, ruleOf, startTunnel, withTunnel, type CloudUnderTest } from '../support/tunnel';

const MB = 1024 * 1024;
const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

interface Echo {
  readonly body: { readonly length: number; readonly sha256: string };
}

const storedBodies = (tunnel: CloudUnderTest): readonly string[] =>
  tunnel.cloud.services.buckets.objects().map(({ key }) => key);

/** Removals may still be on their way when their visitors have been answered. */
const noBodies = (tunnel: CloudUnderTest): Promise<void> => eventually(() => expect(storedBodies(tunnel)).toEqual([]));

/** An agent before a service of the test's own. */
async function withService(tunnel: CloudUnderTest, listener: RequestListener, use: () => Promise<void>, options: Partial<AgentOptions> = {}): Promise<void> {
  const server = createServer(listener);
  const agent: Agent = await tunnel.agent({ name: 'own', target: { port: await listenOnAnyPort(server) }, ...options });
  try {
    await use();
  } finally {
    await agent.stop({ graceMs: 0 });
    server.closeAllConnections();
    server.close();
  }
}

describe.each(MODES)('in mode %s', (mode) => {
  let tunnel: CloudUnderTest;
  beforeAll(async () => {
    tunnel = await startTunnel({ mode });
  });
  afterEach(async () => {
    await noBodies(tunnel);
    await tunnel.noPendingRows();
  });
  afterAll(() => tunnel.close());

  test.each([100_000, 300_000, 4 * MB])('a request body of %i bytes arrives as it was sent', async (bytes) => {
    const body = randomBytes(bytes);
    const reply = await tunnel.visit('/echo', { method: 'POST', body });
    expect(reply.status).toBe(200);
    expect((JSON.parse(reply.text) as Echo).body).toMatchObject({ length: bytes, sha256: sha256(body) });
  });

  test.each([MAX_ROW_BODY_BYTES, MAX_ROW_BODY_BYTES + 1, 90_000, 100_000, 300_000, 4 * MB, MAX_RESPONSE_BODY_BYTES])(
    'an answer of %i bytes arrives as it was sent',
    async (bytes) => {
      const body = randomBytes(bytes);
      await withService(tunnel, (_, response) => void response.end(body), async () => {
        const reply = await tunnel.visit('/', {}, 'own');
        expect(reply.status).toBe(200);
        expect(sha256(reply.body)).toBe(sha256(body));
      });
    },
  );

  test.each([
    ['says so', { 'content-length': String(MAX_RESPONSE_BODY_BYTES + 1) }],
    ['does not', { 'transfer-encoding': 'chunked' }],
  ])('an answer that no visitor could be sent is 502 at once, whether it %s', async (_, headers) => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, headers);
      // The rest never comes: nobody may wait for it.
      response.write('content-length' in headers ? Buffer.alloc(1000) : Buffer.alloc(MAX_RESPONSE_BODY_BYTES + 1));
    };
    await withService(tunnel, listener, async () => {
      const reply = await tunnel.visit('/', {}, 'own');
      expect(reply.headers['x-tunnel-error']).toBe('response_too_large');
      expect(reply.status).toBe(502);
    });
  });
});

describe('the edge', () => {
  let tunnel: CloudUnderTest;
  beforeAll(async () => {
    tunnel = await startTunnel({ mode: 'direct' });
  });
  afterAll(() => tunnel.close());

  test('refuses a body that Lambda does not carry before it has read it', async () => {
    const { hostname, port } = new URL(tunnel.cloud.visitorUrl);
    const socket = net.connect(Number(port), hostname);
    socket.write(`POST /demo/echo HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${11 * MB}\r\n\r\nno more than this`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('refuses a body whose base64 Lambda does not carry', async () => {
    const reply = await tunnel.visit('/echo', { method: 'POST', body: randomBytes(5 * MB) });
    expect(reply.status).toBe(413);
  });

  test('lets text through up to what Lambda carries', async () => {
    const body = Buffer.alloc(5.5 * MB, 'text');
    const reply = await tunnel.visit('/echo', { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
    expect((JSON.parse(reply.text) as Echo).body).toMatchObject({ length: body.length, sha256: sha256(body) });
  });
});

test('an agent that takes messages only is spared a larger request, whose visitor is told so at once', () =>
  withTunnel({ mode: 'direct' }, async (tunnel) => {
    const agent = await MinimalAgent.connect(tunnel.cloud.agentEndpoint, await tunnel.token(), () => undefined);
    const reply = await tunnel.visit('/', { method: 'POST', body: Buffer.alloc(200_000) }, agent.tunnel.tunnel_id);
    expect(reply).toMatchObject({ status: 413, headers: { 'x-tunnel-error': 'request_too_large' } });
    expect(agent.received).toEqual([]);
    expect(tunnel.cloud.services.calls.count({ service: 's3' })).toBe(0);
    agent.vanish();
  }));

test('an answer that refers to a body which was never put is 502, and nobody waits for it', () =>
  withTunnel({ mode: 'direct' }, async (tunnel) => {
    const agent = await MinimalAgent.connect(tunnel.cloud.agentEndpoint, await tunnel.token(), ({ request_id }, self) =>
      self.send({
        type: 'http_response', request_id, status_code: 200, headers: {}, body_ref: { bytes: 5, sha256: `${'A'.repeat(43)}=` },
      }),
    );
    const reply = await tunnel.visit('/', {}, agent.tunnel.tunnel_id);
    expect(reply).toMatchObject({ status: 502, headers: { 'x-tunnel-error': 'agent_failed' } });
    agent.vanish();
  }));

describe('when the body store fails', () => {
  const withDeadline = (same: Environment): Environment => ({ ...same, timings: { ...same.timings, requestDeadlineMs: 4000 } });
  const refusing = (operation: string): Interceptor => async (call, next) => {
    if (call.service === 's3' && call.operation === operation) throw new AwsError(503, 'SlowDown', 'Please reduce your request rate.');
    return next();
  };

  test.each([
    // What came in a message has a place in its row.
    ['PutObject', 'internal_error', undefined, 'deadline_exceeded'],
    ['GetObject', 'deadline_exceeded', 'internal_error', 'internal_error'],
  ])('in %s, visitors of a large request, of a larger answer and of a large one get %s, %s and %s, in time', (operation, ...codes) =>
    withTunnel({ mode: 'direct', intercept: refusing(operation), environment: withDeadline }, async (tunnel) => {
      const replies = await Promise.all([
        tunnel.visit('/echo', { method: 'POST', body: randomBytes(200_000) }),
        tunnel.visit('/big/60000'),
        tunnel.visit('/big/200000'),
      ]);
      expect(replies.map(({ headers }) => headers['x-tunnel-error'])).toEqual(codes);
      expect((await tunnel.visit('/nonce/afterwards')).text).toBe('afterwards');
      await tunnel.noPendingRows();
    }),
  );

  test('to remove one, its visitor hears nothing of it, and sweep removes it', () => {
    let fails = true;
    const intercept: Interceptor = (call, next) => (fails ? refusing('DeleteObject')(call, next) : next());
    return withTunnel({ mode: 'direct', intercept }, async (tunnel) => {
      expect((await tunnel.visit('/big/60000')).body).toHaveLength(60_000);
      expect(storedBodies(tunnel)).toHaveLength(1);
      fails = false;
      tunnel.cloud.services.buckets.backdate(61_000);
      tunnel.cloud.services.schedules.fire(ruleOf(tunnel.cloud, 'sweep-schedule-rule'));
      await noBodies(tunnel);
    });
  });
});
