import { eventually } from '../../support/eventually';
import { AgentFixture } from '../../support/agent-fixture';
import { requestMessage, type AnswerMessage, type FakeGateway } from '../../support/agent-fake-gateway';
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

describe('an agent that stops', () => {
  it('sends draining, answers the request in flight, and closes the connection with code 1000', async () => {
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

  it('answers a request that arrives after it has sent draining', async () => {
    const { port, finish } = await slowService();
    const agent = await fixture.connected(gateway, port, { timing: { stopLingerMs: 500 } });
    const { newest } = gateway;
    const answer = new Promise<AnswerMessage>((resolve) => {
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

  it('answers requests in flight with an error when its grace is over', async () => {
    const { port, finish } = await slowService();
    const agent = await fixture.connected(gateway, port);
    const answer = gateway.newest.request();
    await eventually(() => finish.length === 1);
    await agent.stop({ graceMs: 50 });
    expect(await answer).toMatchObject({ type: 'error', code: 'internal_error' });
  });

  it('resends the last answer until the acknowledgement arrives', async () => {
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

  it('does not wait until the deadline of the request for a missing acknowledgement', async () => {
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

  it('does not reconnect', async () => {
    const { port } = await slowService();
    const agent = await fixture.connected(gateway, port);
    await agent.stop();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(gateway.connections).toHaveLength(1);
  });

  it('does not wait for the next attempt to reconnect', async () => {
    const { port } = await slowService();
    const agent = await fixture.connected(gateway, port, {
      random: () => 0.999,
      timing: { backoffBaseMs: 60_000, backoffCapMs: 60_000 },
    });
    gateway.newest.socket.terminate();
    await new Promise((resolve) => agent.once('disconnected', resolve));
    await agent.stop();
  });

  it('ends at once when it was never started, also when stop() is called twice', async () => {
    const agent = fixture.agent(gateway, 1);
    await agent.stop();
    await agent.stop();
    expect(gateway.targets).toEqual([]);
  });
});
