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

/** A body may be removed only after its visitor has the answer, so this waits. */
const noBodies = (tunnel: CloudUnderTest): Promise<void> => eventually(() => expect(storedBodies(tunnel)).toEqual([]));

/** Starts a local service with an agent, and stops both after the test. */
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

  test.each([100_000, 300_000, 4 * MB])('a request body of %i bytes reaches the local service as it was sent', async (bytes) => {
    const body = randomBytes(bytes);
    const reply = await tunnel.visit('/echo', { method: 'POST', body });
    expect(reply.status).toBe(200);
    expect((JSON.parse(reply.text) as Echo).body).toMatchObject({ length: bytes, sha256: sha256(body) });
  });

  test.each([MAX_ROW_BODY_BYTES, MAX_ROW_BODY_BYTES + 1, 90_000, 100_000, 300_000, 4 * MB, MAX_RESPONSE_BODY_BYTES])(
    'an answer of %i bytes reaches the visitor as it was sent',
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
    ['declares its length', { 'content-length': String(MAX_RESPONSE_BODY_BYTES + 1) }],
    ['does not declare its length', { 'transfer-encoding': 'chunked' }],
  ])('the visitor gets 502 at once when an answer that is too large %s', async (_, headers) => {
    const listener: RequestListener = (_request, response) => {
      response.writeHead(200, headers);
      // The rest of the body never comes: the agent must not wait for it.
      response.write('content-length' in headers ? Buffer.alloc(1000) : Buffer.alloc(MAX_RESPONSE_BODY_BYTES + 1));
    };
    await withService(tunnel, listener, async () => {
      const reply = await tunnel.visit('/', {}, 'own');
      expect(reply.headers['x-tunnel-error']).toBe('response_too_large');
      expect(reply.status).toBe(502);
    });
  });

  // One mode is enough: the mode does not change these results.
  if (mode === 'direct') {
    test('the edge refuses a body that is larger than Lambda accepts before it has read the body', async () => {
      const { hostname, port } = new URL(tunnel.visitorUrl);
      const socket = net.connect(Number(port), hostname);
      socket.write(`POST /demo/echo HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${11 * MB}\r\n\r\nno more than this`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    });

    test('the edge refuses a body whose base64 text is larger than Lambda accepts', async () => {
      const reply = await tunnel.visit('/echo', { method: 'POST', body: randomBytes(5 * MB) });
      expect(reply.status).toBe(413);
    });

    test('the edge forwards a text body of 5.5 MB, which Lambda accepts', async () => {
      const body = Buffer.alloc(5.5 * MB, 'text');
      const reply = await tunnel.visit('/echo', { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
      expect((JSON.parse(reply.text) as Echo).body).toMatchObject({ length: body.length, sha256: sha256(body) });
    });

    test('a large request gets 413 when its agent knows only messages, and reaches neither the agent nor the bucket', async () => {
      const callsToS3 = (): number => tunnel.cloud.services.calls.count({ service: 's3' });
      const before = callsToS3();
      const agent = await MinimalAgent.connect(tunnel.agentEndpoint, await tunnel.token(), () => undefined);
      const reply = await tunnel.visit('/', { method: 'POST', body: Buffer.alloc(200_000) }, agent.tunnel.tunnel_id);
      expect(reply).toMatchObject({ status: 413, headers: { 'x-tunnel-error': 'request_too_large' } });
      expect(agent.received).toEqual([]);
      expect(callsToS3()).toBe(before);
      agent.vanish();
    });

    test('the visitor gets 502 when the answer refers to a body that was never uploaded', async () => {
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

describe('a failure of the body bucket', () => {
  let tunnel: CloudUnderTest;
  /** The operation that fails. */
  let failing: string | undefined;
  beforeAll(async () => {
    // A separate cloud with a deadline that is short enough for a test.
    tunnel = await startTunnel({
      mode: 'direct',
      environment: (same) => ({ ...same, timings: { ...same.timings, requestDeadlineMs: 5000 } }),
      intercept: async ({ service, operation }, next) => {
        if (service === 's3' && operation === failing) throw new AwsError(503, 'SlowDown', 'Please reduce your request rate.');
        return next();
      },
    });
    // Starts the environments before the tests, so that cold starts take no time before the deadline.
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
    // With PutObject failing, an answer of 60 KB goes into the row, because it came in a message.
    ['PutObject', 'internal_error', undefined, 'deadline_exceeded'],
    ['GetObject', 'deadline_exceeded', 'internal_error', 'internal_error'],
  ])('in %s gives a large request, an answer of 60 KB and an answer of 200 KB the errors %s, %s and %s', async (operation, ...codes) => {
    failing = operation;
    const replies = await visitAtOnce();
    expect(replies.map(({ headers }) => headers['x-tunnel-error'])).toEqual(codes);
    expect((await tunnel.visit('/nonce/afterwards')).text).toBe('afterwards');
    await tunnel.noPendingRows();
  });

  test('does not affect the visitor when it happens in DeleteObject, and sweep removes the body later', async () => {
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
