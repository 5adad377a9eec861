import { once } from 'node:events';
import type { Disconnection, TunnelAddress } from '../../../agent';
import { eventually } from '../../support/eventually';
import { AgentFixture } from '../../support/agent-fixture';
import { requestMessage, type FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer, type LocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
let local: LocalServer;
beforeEach(async () => {
  gateway = await fixture.gateway();
  local = fixture.keep(await startLocalServer((_request, reply) => reply.end('ok')));
});

describe('an agent that loses its connection', () => {
  it('reconnects to the same tunnel five times in a row, and answers requests each time', async () => {
    const agent = await fixture.connected(gateway, local.port);
    const tunnels: TunnelAddress[] = [];
    agent.on('connected', (tunnel) => tunnels.push(tunnel));
    for (let round = 1; round <= 5; round += 1) {
      const connected = once(agent, 'connected');
      gateway.newest.socket.terminate();
      await connected;
      expect((await gateway.newest.request()).type).toBe('http_response');
    }
    expect(gateway.namesAsked).toEqual([null, ...Array<string>(5).fill(gateway.tunnelId)]);
    expect(tunnels.map(({ tunnelId }) => tunnelId)).toEqual(Array(5).fill(gateway.tunnelId));
  });

  it('requests a new name after status 403 if the cloud chose its name, and ends if the user chose the name', async () => {
    const agent = await fixture.connected(gateway, local.port);
    const old = gateway.tunnelId;
    const moved = once(agent, 'connected') as Promise<[TunnelAddress]>;
    gateway.refusals = [{ status: 403 }];
    gateway.tunnelId = 'abc123def456';
    gateway.newest.socket.terminate();
    expect((await moved)[0].tunnelId).toBe('abc123def456');
    expect(gateway.namesAsked).toEqual([null, old, null]);

    const named = await fixture.connected(gateway, local.port, { name: 'shop' });
    const refused = once(named, 'refused');
    gateway.refusals = [{ status: 403 }];
    gateway.newest.socket.terminate();
    await refused;
  });

  it('waits longer after each failure, and starts again with the shortest wait after an answered request', async () => {
    const agent = await fixture.connected(gateway, local.port, {
      random: () => 0.999_999,
      timing: { backoffBaseMs: 4, backoffCapMs: 20 },
    });
    const waits: (number | undefined)[] = [];
    agent.on('disconnected', ({ retryInMs }) => waits.push(retryInMs));
    gateway.refusals = Array<{ status: number }>(4).fill({ status: 500 });
    gateway.newest.socket.terminate();
    await eventually(() => gateway.connections.length === 2);
    expect(waits).toEqual([3, 7, 15, 19, 19]);

    await gateway.newest.request();
    gateway.newest.socket.terminate();
    await eventually(() => gateway.connections.length === 3);
    expect(waits.at(-1)).toBe(3);
  });

  it('starts again with the shortest wait after a connection that lasted long enough', async () => {
    const agent = await fixture.connected(gateway, local.port, {
      random: () => 0.999_999,
      timing: { backoffBaseMs: 4, stableAfterMs: 1000 },
    });
    const waits: (number | undefined)[] = [];
    agent.on('disconnected', ({ retryInMs }) => waits.push(retryInMs));
    for (const lastsMs of [0, 0, 1200]) {
      await new Promise((resolve) => setTimeout(resolve, lastsMs));
      const connected = once(agent, 'connected');
      gateway.newest.socket.terminate();
      await connected;
    }
    expect(waits).toEqual([3, 7, 3]);
  });

  it('reports the close code and the reason of the end', async () => {
    const agent = await fixture.connected(gateway, local.port);
    const disconnected = once(agent, 'disconnected') as Promise<[Disconnection]>;
    gateway.newest.socket.close(1001, 'Going away');
    expect((await disconnected)[0]).toEqual({
      reason: 'the cloud closed the connection (1001 Going away)',
      retryInMs: expect.any(Number) as number,
    });
  });

  it('sends an answer over the next connection when the answer becomes ready without a connection', async () => {
    const finish: (() => void)[] = [];
    const slow = fixture.keep(await startLocalServer((_request, reply) => finish.push(() => reply.end('late'))));
    const agent = await fixture.connected(gateway, slow.port);
    const answer = gateway.newest.request();
    await eventually(() => finish.length === 1);
    gateway.refusals = [{ status: 500 }];
    const disconnected = once(agent, 'disconnected');
    gateway.newest.socket.terminate();
    await disconnected;
    finish[0]?.();
    expect(await answer).toMatchObject({
      type: 'http_response',
      body: Buffer.from('late').toString('base64'),
    });
  });
});

describe('the connection of an agent', () => {
  it('is replaced when a ping is not answered', async () => {
    gateway.answersPings = false;
    const agent = await fixture.connected(gateway, local.port, {
      timing: { pingIntervalMs: 40, pongTimeoutMs: 40 },
    });
    const [disconnection] = (await once(agent, 'disconnected')) as [Disconnection];
    expect(disconnection.reason).toBe('the cloud does not answer pings');
    await eventually(() => gateway.connections.length >= 2);
  });

  it('is kept while pings are answered', async () => {
    await fixture.connected(gateway, local.port, { timing: { pingIntervalMs: 20, pongTimeoutMs: 60_000 } });
    const pings = () => gateway.newest.received.filter(({ type }) => type === 'ping').length;
    await eventually(() => pings() >= 5);
    expect(gateway.connections).toHaveLength(1);
  });

  it('is probed when an acknowledgement is missing, and replaced when the probe is not answered', async () => {
    await fixture.connected(gateway, local.port, { timing: { pongTimeoutMs: 40, resendMs: 20 } });
    await gateway.newest.request();
    gateway.acknowledges = false;
    gateway.answersPings = false;
    gateway.newest.send(requestMessage());
    await eventually(() => gateway.connections.length >= 2);
  });
});

describe('the answer of an agent', () => {
  it('is not sent again after its acknowledgement', async () => {
    gateway.acknowledges = false;
    await fixture.connected(gateway, local.port, { timing: { resendMs: 20 } });
    const message = requestMessage();
    gateway.newest.send(message);
    await eventually(() => gateway.answersTo(message.request_id).length >= 3);
    gateway.newest.send({ type: 'ack', request_id: message.request_id });
    // The agent has processed the acknowledgement once the agent has answered a later request.
    await gateway.newest.request();
    const count = gateway.answersTo(message.request_id).length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(gateway.answersTo(message.request_id)).toHaveLength(count);
  });

  it('is sent again over the next connection when its acknowledgement is missing', async () => {
    gateway.acknowledges = false;
    await fixture.connected(gateway, local.port);
    const message = requestMessage();
    await gateway.newest.request(message);
    gateway.newest.socket.terminate();
    await eventually(() => gateway.answersTo(message.request_id).length === 2);
    expect(gateway.connections).toHaveLength(2);
  });

  it('is not sent again after the deadline of its request', async () => {
    gateway.acknowledges = false;
    await fixture.connected(gateway, local.port, { timing: { resendMs: 20 } });
    const message = requestMessage({ deadline: Date.now() + 1000 });
    await gateway.newest.request(message);
    await eventually(() => gateway.answersTo(message.request_id).length > 1);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const count = gateway.answersTo(message.request_id).length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(gateway.answersTo(message.request_id)).toHaveLength(count);
  });

  it('is sent again when its request is delivered again, even without an acknowledgement', async () => {
    gateway.acknowledges = false;
    await fixture.connected(gateway, local.port);
    const message = requestMessage();
    await gateway.newest.request(message);
    expect((await gateway.newest.request(message)).type).toBe('http_response');
    expect(local.connections()).toBe(1);
  });
});
