import { eventually } from '../../support/eventually';
import { AgentFixture } from '../../support/agent-fixture';
import { requestMessage, type Answer, type FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = await fixture.gateway();
});

async function slowService(): Promise<{ port: number; finish: (() => void)[] }> {
  const finish: (() => void)[] = [];
  const { port } = fixture.keep(await startLocalServer((_request, reply) => finish.push(() => reply.end('ok'))));
  return { port, finish };
}

describe('stopping', () => {
  it('says draining, answers what is in flight and closes in good order', async () => {
    const { port, finish } = await slowService();
    const agent = await fixture.connected(gateway, port);
    const connection = gateway.newest;
    const answer = connection.request();
    await eventually(() => finish.length === 1);
    const stopped = agent.stop();
    await eventually(() => connection.received.at(-1)?.type === 'draining');
    finish[0]?.();
    expect((await answer).type).toBe('http_response');
    await stopped;
    expect(await connection.closed).toBe(1000);
  });

  it('still answers a request that crossed with draining', async () => {
    const { port, finish } = await slowService();
    const agent = await fixture.connected(gateway, port, { timing: { stopLingerMs: 500 } });
    const { newest } = gateway;
    const answer = new Promise<Answer>((resolve) => {
      newest.socket.on('message', () => {
        if (newest.received.at(-1)?.type === 'draining') resolve(newest.request());
      });
    });
    const stopped = agent.stop();
    await eventually(() => finish.length === 1);
    finish[0]?.();
    expect((await answer).type).toBe('http_response');
    await stopped;
  });

  it('fails what is left when the grace is over, so that no visitor waits for it', async () => {
    const { port, finish } = await slowService();
    const agent = await fixture.connected(gateway, port);
    const answer = gateway.newest.request();
    await eventually(() => finish.length === 1);
    await agent.stop({ graceMs: 50 });
    expect(await answer).toMatchObject({ type: 'error', code: 'internal_error' });
  });

  it('waits for the acknowledgement of the last answer', async () => {
    gateway.acknowledges = false;
    const { port, finish } = await slowService();
    const agent = await fixture.connected(gateway, port, { timing: { resendMs: 20, lastAckMs: 60_000 } });
    const message = requestMessage();
    gateway.newest.send(message);
    await eventually(() => finish.length === 1);
    finish[0]?.();
    const stopped = agent.stop();
    await eventually(() => gateway.answersTo(message.request_id).length >= 2);
    gateway.newest.send({ type: 'ack', request_id: message.request_id });
    await stopped;
  });

  it('does not wait long for an acknowledgement that never comes', async () => {
    gateway.acknowledges = false;
    const { port, finish } = await slowService();
    const agent = await fixture.connected(gateway, port, { timing: { lastAckMs: 50 } });
    const answer = gateway.newest.request();
    await eventually(() => finish.length === 1);
    finish[0]?.();
    await answer;
    const begin = Date.now();
    await agent.stop();
    // This is far less than the time until the request's deadline.
    expect(Date.now() - begin).toBeLessThan(15_000);
  });

  it('does not connect again', async () => {
    const { port } = await slowService();
    const agent = await fixture.connected(gateway, port);
    await agent.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(gateway.connections).toHaveLength(1);
  });

  it('ends while the agent waits to reconnect', async () => {
    const { port } = await slowService();
    const agent = await fixture.connected(gateway, port, {
      random: () => 0.999,
      timing: { backoffBaseMs: 60_000, backoffCapMs: 60_000 },
    });
    gateway.newest.socket.terminate();
    await new Promise((resolve) => agent.once('disconnected', resolve));
    await agent.stop();
  });

  it('is over at once when there is nothing to stop', async () => {
    const agent = fixture.agent(gateway, 1);
    await agent.stop();
    await agent.stop();
    expect(gateway.targets).toEqual([]);
  });
});
