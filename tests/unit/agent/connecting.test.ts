import { once } from 'node:events';
import { AgentStoppedError, TunnelRefusedError, type Disconnection } from '../../../agent';
import { eventually } from '../../support/eventually';
import { AgentFixture, TEST_TOKEN } from '../../support/agent-fixture';
import { requestMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { freePort, startLocalServer, type LocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
let local: LocalServer;
beforeEach(async () => {
  gateway = await fixture.gateway();
  local = fixture.keep(await startLocalServer((_request, reply) => reply.end('ok')));
});

describe('an agent that connects', () => {
  it('sends the token in the Authorization header and not in the URL', async () => {
    await fixture.connected(gateway, local.port, { name: 'shop' });
    expect(gateway.newest.authorization).toBe(`Bearer ${TEST_TOKEN}`);
    expect(gateway.targets).toEqual(['/prod?name=shop']);
  });

  it('requests no tunnel name when its options contain none', async () => {
    await fixture.connected(gateway, local.port);
    expect(gateway.targets).toEqual(['/prod']);
  });

  it('announces its version and its capabilities in the message ready', async () => {
    await fixture.connected(gateway, local.port);
    expect(gateway.newest.received).toEqual([
      {
        type: 'ready',
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
        capabilities: ['any-method', 'drops-duplicates', 'bodies-by-reference', 'notices', 'tickets', 'streams'],
        agent: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      },
    ]);
  });

  it('resolves start() with the id and the addresses of the tunnel', async () => {
    const tunnel = await fixture.agent(gateway, local.port).start();
    expect(tunnel).toEqual({
      tunnelId: gateway.tunnelId,
      publicUrl: `https://${gateway.tunnelId}.tunnels.test`,
      pathBasedUrl: `https://tunnels.test/${gateway.tunnelId}/`,
    });
  });

  it('sends ready exactly once more when the cloud does not answer', async () => {
    gateway.establishes = false;
    const started = fixture.agent(gateway, local.port, { timing: { readyRetryMs: 20 } }).start();
    await eventually(() => gateway.connections[0]?.received.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(gateway.newest.received).toHaveLength(2);
    gateway.newest.establish();
    await started;
  });

  it('reconnects when the tunnel is not established within the connect timeout', async () => {
    gateway.establishes = false;
    const agent = fixture.agent(gateway, local.port, { connectTimeoutMs: 300 });
    const disconnected = once(agent, 'disconnected') as Promise<[Disconnection]>;
    const started = agent.start();
    expect((await disconnected)[0].reason).toMatch(/did not establish the tunnel within 0.3 s/);
    gateway.establishes = true;
    await started;
    expect(gateway.connections.length).toBeGreaterThanOrEqual(2);
  });

  it('reconnects when the cloud answers ready with an error', async () => {
    gateway.establishes = false;
    const agent = fixture.agent(gateway, local.port);
    const started = agent.start();
    await eventually(() => gateway.connections[0]?.received.length === 1);
    gateway.establishes = true;
    gateway.newest.send({
      type: 'error',
      code: 'invalid_request',
      message: 'a newer connection has taken over',
    });
    await started;
    expect(gateway.connections).toHaveLength(2);
  });

  it.each([
    [
      'Internal server error',
      'the tunnel is not established: the cloud failed on a message of this agent (API Gateway says "Internal server error", request id R1=)',
    ],
    ['Too Many Requests', 'too many messages came at once'],
    ['Forbidden', 'check the endpoint: it may belong to another API'],
  ])('reconnects when API Gateway answers ready with "%s", and reports the reason', async (text, why) => {
    gateway.establishes = false;
    const agent = fixture.agent(gateway, local.port);
    const disconnected = once(agent, 'disconnected') as Promise<[Disconnection]>;
    const started = agent.start();
    await eventually(() => gateway.connections[0]?.received.length === 1);
    gateway.establishes = true;
    gateway.newest.sendGatewayError(text, 'R1=');
    expect((await disconnected)[0].reason).toContain(why);
    await started;
    expect(gateway.connections).toHaveLength(2);
  });

  it('answers a request that arrives before the tunnel is established', async () => {
    gateway.establishes = false;
    const started = fixture.agent(gateway, local.port).start();
    await eventually(() => gateway.connections[0]?.received.length === 1);
    const answer = gateway.newest.request();
    gateway.newest.establish();
    await started;
    expect((await answer).type).toBe('http_response');
  });

  it('reports the failure and schedules another attempt when nothing listens at the endpoint', async () => {
    const port = await freePort();
    const agent = fixture.agent(gateway, local.port, { endpoint: `ws://127.0.0.1:${port}` });
    const started = agent.start();
    const [disconnection] = (await once(agent, 'disconnected')) as [Disconnection];
    expect(disconnection.reason).toContain('ECONNREFUSED');
    expect(disconnection.retryInMs).toBeLessThan(10);
    await agent.stop();
    await expect(started).rejects.toThrow(AgentStoppedError);
  });
});

describe('an agent whose connection is refused', () => {
  it.each([
    [401, /--token-file.*The cloud says: Forbidden$/],
    [403, /check the endpoint.*The cloud says: Forbidden$/],
  ])('ends after status %d with an error that says what to do', async (status, advice) => {
    gateway.refusals = [{ status, body: '{"message":"Forbidden"}' }];
    const agent = fixture.agent(gateway, local.port);
    const refused = once(agent, 'refused') as Promise<[TunnelRefusedError]>;
    await expect(agent.start()).rejects.toThrow(TunnelRefusedError);
    const [error] = await refused;
    expect(error.status).toBe(status);
    expect(error.message).toMatch(advice);
    expect(error.message).not.toContain(TEST_TOKEN);
    expect(gateway.targets).toHaveLength(1);
  });

  it('ends with the explanation of the cloud when the tunnel name is not acceptable', async () => {
    gateway.refusals = [{ status: 400, body: 'tunnel name "www" is reserved: choose another name' }];
    await expect(fixture.agent(gateway, local.port, { name: 'www' }).start()).rejects.toThrow(
      /"www".*The cloud says: tunnel name "www" is reserved/,
    );
  });

  it('ends when another owner has the tunnel name', async () => {
    gateway.refusals = [{ status: 409 }];
    await expect(fixture.agent(gateway, local.port, { name: 'shop' }).start()).rejects.toThrow(/"shop" is taken/);
  });

  it.each([429, 500, 502, 503])('tries again after status %d', async (status) => {
    gateway.refusals = [{ status }, { status }];
    const agent = fixture.agent(gateway, local.port);
    const reasons: string[] = [];
    agent.on('disconnected', ({ reason }) => reasons.push(reason));
    await agent.start();
    expect(reasons).toEqual(Array(2).fill(`the cloud answered HTTP ${status} to the connection request.`));
    expect(gateway.targets).toHaveLength(3);
  });

  it('does not follow a redirect to another endpoint, and connects to its own endpoint again', async () => {
    const elsewhere = await fixture.gateway();
    gateway.refusals = [{ status: 302, location: elsewhere.url }];
    await fixture.connected(gateway, local.port);
    expect(elsewhere.targets).toEqual([]);
    expect(gateway.connections).toHaveLength(1);
  });

  it('tries again after status 409 when it has already served the name', async () => {
    await fixture.connected(gateway, local.port, { name: 'shop' });
    gateway.refusals = [{ status: 409 }, { status: 409 }];
    gateway.newest.socket.terminate();
    await eventually(() => gateway.connections.length === 2);
    expect(gateway.targets).toHaveLength(4);
  });

  it('ends when its token is refused at a reconnection', async () => {
    const agent = await fixture.connected(gateway, local.port);
    const refused = once(agent, 'refused');
    gateway.refusals = [{ status: 401 }];
    gateway.newest.socket.terminate();
    await refused;
    expect(gateway.targets).toHaveLength(2);
  });
});

describe('a connected agent', () => {
  it('answers a ping with a pong', async () => {
    await fixture.connected(gateway, local.port);
    gateway.newest.send({ type: 'ping' });
    await eventually(() => gateway.newest.received.some(({ type }) => type === 'pong'));
  });

  it('warns about each message that violates the protocol, and still answers requests', async () => {
    const agent = await fixture.connected(gateway, local.port);
    const warnings: string[] = [];
    agent.on('warning', (text) => warnings.push(text));
    for (const text of ['not JSON', '{"type":"novelty","request_id":"x"}', '{"message":"Internal server error"}']) {
      gateway.newest.socket.send(text);
    }
    gateway.newest.socket.send(Buffer.from('binary'));
    expect((await gateway.newest.request()).type).toBe('http_response');
    expect(warnings).toHaveLength(4);
    expect(gateway.answers).toHaveLength(1);
  });

  it('warns once about several equal failures of API Gateway, and resends the unacknowledged answer', async () => {
    gateway.acknowledges = false;
    const agent = await fixture.connected(gateway, local.port, { timing: { resendMs: 20 } });
    const warnings: string[] = [];
    agent.on('warning', (text) => warnings.push(text));
    const message = requestMessage();
    await gateway.newest.request(message);
    for (const requestId of ['R1=', 'R2=', 'R3=']) gateway.newest.sendGatewayError('Internal server error', requestId);
    await eventually(() => gateway.answersTo(message.request_id).length >= 2);
    gateway.newest.send({ type: 'ack', request_id: message.request_id });
    gateway.newest.sendGatewayError('Endpoint request timed out', 'R4=');
    await eventually(() => warnings.length === 2);
    expect(warnings).toEqual([
      'the cloud failed on a message of this agent (API Gateway says "Internal server error", request id R1=). ' +
        'If the message held an answer, the agent sends the answer again. ' +
        'If the error repeats, the operator of the tunnel finds the cause in the log of receive-message.',
      expect.stringMatching(
        /^the cloud did not finish with a message of this agent within 29 s .*"Endpoint request timed out", request id R4=/,
      ),
    ]);
    expect(gateway.connections).toHaveLength(1);
  });

  it('forwards and answers a request once when it is delivered three times', async () => {
    let requests = 0;
    const counting = fixture.keep(
      await startLocalServer((_request, reply) => {
        requests += 1;
        setTimeout(() => reply.end('ok'), 20);
      }),
    );
    await fixture.connected(gateway, counting.port);
    const message = requestMessage();
    gateway.newest.send(message);
    gateway.newest.send(message);
    await gateway.newest.request();
    gateway.newest.send(message);
    await gateway.newest.request();
    expect(requests).toBe(3);
    expect(gateway.answersTo(message.request_id)).toHaveLength(1);
  });
});
