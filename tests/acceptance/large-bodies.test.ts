import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import type { Agent, AgentOptions } from '../../agent';
import { AwsError } from '../../emulator/services';
import { MAX_RESPONSE_BODY_BYTES } from '../../protocol';
import { MAX_ROW_BODY_BYTES } from '../../functions/core/body-store';
import { eventually } from '../support/eventually';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { MODES, ruleOf, startTunnel, type CloudUnderTest } from '../support/tunnel';

const MB = 1024 * 1024;
const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

interface Echo {
  readonly body: { readonly length: number; readonly sha256: string };
}

const storedBodies = (tunnel: CloudUnderTest): readonly string[] => tunnel.cloud.services.buckets.objects().map(({ key }) => key);

/** Removals may still be on their way when their visitors have been answered. */
const noBodies = (tunnel: CloudUnderTest): Promise<void> => eventually(() => expect(storedBodies(tunnel)).toEqual([]));

/** An agent before a service of the test's own. */
async function withService(
  tunnel: CloudUnderTest,
  listener: RequestListener,
  use: () => Promise<void>,
  options: Partial<AgentOptions> = {},
): Promise<void> {
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
      await withService(
        tunnel,
        (_, response) => void response.end(body),
        async () => {
          const reply = await tunnel.visit('/', {}, 'own');
          expect(reply.status).toBe(200);
          expect(sha256(reply.body)).toBe(sha256(body));
        },
      );
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

  // The same in every mode: nothing waits for an answer here.
  if (mode === 'direct') {
    test('the edge refuses a body that Lambda does not carry before it has read it', async () => {
      const { hostname, port } = new URL(tunnel.visitorUrl);
      const socket = net.connect(Number(port), hostname);
      socket.write(`POST /demo/echo HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${11 * MB}\r\n\r\nno more than this`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    });

    test('the edge refuses a body whose base64 Lambda does not carry', async () => {
      const reply = await tunnel.visit('/echo', { method: 'POST', body: randomBytes(5 * MB) });
      expect(reply.status).toBe(413);
    });

    test('the edge lets text through up to what Lambda carries', async () => {
      const body = Buffer.alloc(5.5 * MB, 'text');
      const reply = await tunnel.visit('/echo', { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
      expect((JSON.parse(reply.text) as Echo).body).toMatchObject({ length: body.length, sha256: sha256(body) });
    });

    test('an agent that takes messages only is spared a larger request, whose visitor is told so at once', async () => {
      const callsToS3 = (): number => tunnel.cloud.services.calls.count({ service: 's3' });
      const before = callsToS3();
      const agent = await MinimalAgent.connect(tunnel.agentEndpoint, await tunnel.token(), () => undefined);
      const reply = await tunnel.visit('/', { method: 'POST', body: Buffer.alloc(200_000) }, agent.tunnel.tunnel_id);
      expect(reply).toMatchObject({ status: 413, headers: { 'x-tunnel-error': 'request_too_large' } });
      expect(agent.received).toEqual([]);
      expect(callsToS3()).toBe(before);
      agent.vanish();
    });

    test('an answer that refers to a body which was never put is 502, and nobody waits for it', async () => {
      const agent = await MinimalAgent.connect(tunnel.agentEndpoint, await tunnel.token(), ({ request_id }, self) =>
        self.send({
          type: 'http_response',
          request_id,
          status_code: 200,
          headers: {},
          body_ref: { bytes: 5, sha256: `${'A'.repeat(43)}=` },
        }),
      );
      const reply = await tunnel.visit('/', {}, agent.tunnel.tunnel_id);
      expect(reply).toMatchObject({ status: 502, headers: { 'x-tunnel-error': 'agent_failed' } });
      agent.vanish();
    });
  }
});

describe('when the body store fails', () => {
  let tunnel: CloudUnderTest;
  /** The operation that fails. */
  let failing: string | undefined;
  beforeAll(async () => {
    // A cloud of its own: its deadline is one that a test can wait for.
    tunnel = await startTunnel({
      mode: 'direct',
      environment: (same) => ({ ...same, timings: { ...same.timings, requestDeadlineMs: 5000 } }),
      intercept: async ({ service, operation }, next) => {
        if (service === 's3' && operation === failing) throw new AwsError(503, 'SlowDown', 'Please reduce your request rate.');
        return next();
      },
    });
    // No start of an environment is in the time until the deadline.
    await visitAtOnce();
  });
  afterEach(() => (failing = undefined));
  afterAll(() => tunnel.close());

  const visitAtOnce = () =>
    Promise.all([
      tunnel.visit('/echo', { method: 'POST', body: randomBytes(200_000) }),
      tunnel.visit('/big/60000'),
      tunnel.visit('/big/200000'),
    ]);

  test.each([
    // What came in a message has a place in its row.
    ['PutObject', 'internal_error', undefined, 'deadline_exceeded'],
    ['GetObject', 'deadline_exceeded', 'internal_error', 'internal_error'],
  ])(
    'in %s, visitors of a large request, of a larger answer and of a large one get %s, %s and %s, in time',
    async (operation, ...codes) => {
      failing = operation;
      const replies = await visitAtOnce();
      expect(replies.map(({ headers }) => headers['x-tunnel-error'])).toEqual(codes);
      expect((await tunnel.visit('/nonce/afterwards')).text).toBe('afterwards');
      await tunnel.noPendingRows();
    },
  );

  test('to remove one, its visitor hears nothing of it, and sweep removes it', async () => {
    failing = 'DeleteObject';
    const before = storedBodies(tunnel).length;
    expect((await tunnel.visit('/big/60000')).body).toHaveLength(60_000);
    await eventually(() => expect(storedBodies(tunnel)).toHaveLength(before + 1));
    failing = undefined;
    tunnel.cloud.services.buckets.backdate(61_000);
    tunnel.cloud.services.schedules.fire(ruleOf(tunnel.cloud, 'sweep-schedule-rule'));
    await noBodies(tunnel);
  });
});
