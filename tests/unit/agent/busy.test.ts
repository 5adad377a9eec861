import { AgentFixture } from '../../support/agent-fixture';
import { requestMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer, type LocalServer } from '../../support/agent-local-server';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

const BODY = Buffer.alloc(1000, 'b').toString('base64');

describe('an agent with a limit of requests and bytes in flight', () => {
  let gateway: FakeGateway;
  let local: LocalServer;
  let waiting: (() => void)[];
  let seen: number;
  beforeEach(async () => {
    waiting = [];
    seen = 0;
    gateway = await fixture.gateway();
    local = fixture.keep(
      await startLocalServer((_request, reply) => {
        seen++;
        waiting.push(() => reply.end('ok'));
      }),
    );
  });

  /** Sends requests that the local service holds. */
  async function fill(count: number, body = ''): Promise<Promise<unknown>[]> {
    const answers = Array.from({ length: count }, () => gateway.newest.request({ method: 'POST', body }));
    await eventually(() => waiting.length === count);
    return answers;
  }
  const release = (): void => waiting.splice(0).forEach((answer) => answer());

  it('refuses a request above the limit at once with the code busy, and takes requests again when there is room', async () => {
    await fixture.connected(gateway, local.port, { maxInFlight: 3 });
    const held = await fill(3);
    await expect(gateway.newest.request()).resolves.toMatchObject({ type: 'error', code: 'busy', ack: true });
    expect(waiting).toHaveLength(3);
    release();
    for (const answer of await Promise.all(held)) expect(answer).toMatchObject({ type: 'http_response' });
    const next = gateway.newest.request();
    await eventually(() => waiting.length === 1);
    release();
    await expect(next).resolves.toMatchObject({ type: 'http_response' });
  });

  it('counts the bytes of bodies too, and takes a body above the limit when nothing else is in flight', async () => {
    await fixture.connected(gateway, local.port, { maxBytesInFlight: 1500 });
    const held = await fill(1, Buffer.alloc(2000).toString('base64'));
    await expect(gateway.newest.request({ method: 'POST', body: BODY })).resolves.toMatchObject({ code: 'busy' });
    release();
    await Promise.all(held);
    const again = await fill(1, BODY);
    await expect(gateway.newest.request({ method: 'POST', body: BODY })).resolves.toMatchObject({ code: 'busy' });
    release();
    await Promise.all(again);
  });

  it('does not forward a request that it has refused as busy when the request is delivered again', async () => {
    await fixture.connected(gateway, local.port, { maxInFlight: 1 });
    const [held] = await fill(1);
    const { request_id } = requestMessage();
    await gateway.newest.request({ request_id });
    release();
    await eventually(() => gateway.answers.length === 2);
    gateway.newest.send(requestMessage({ request_id }));
    const fence = gateway.newest.request();
    await eventually(() => waiting.length > 0);
    release();
    await Promise.all([held, fence]);
    expect(seen).toBe(2);
  });
});
