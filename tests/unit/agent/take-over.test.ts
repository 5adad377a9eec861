import { once } from 'node:events';
import { TunnelTakenOverError, type Agent, type AgentOptions } from '../../../agent';
import { AgentFixture } from '../../support/agent-fixture';
import type { FakeConnection, FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer, type LocalServer } from '../../support/agent-local-server';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
let local: LocalServer;
let finish: (() => void)[];
beforeEach(async () => {
  gateway = await fixture.gateway();
  finish = [];
  local = fixture.keep(
    await startLocalServer((request, reply) => {
      if (request.url === '/slow') finish.push(() => reply.end('slow'));
      else reply.end('ok');
    }),
  );
});

const takeOver = (connection: FakeConnection): void =>
  connection.send({ type: 'notice', code: 'taken_over', message: 'another agent has taken over' });

/** Starts an agent; what made it end is in `ends`. */
async function started(options: Partial<AgentOptions> = {}): Promise<{ agent: Agent; ends: unknown[] }> {
  const agent = await fixture.connected(gateway, local.port, options);
  const ends: unknown[] = [];
  agent.on('refused', (error) => ends.push(error));
  return { agent, ends };
}

describe('an agent whose tunnel another agent has taken over', () => {
  it('answers the requests in flight, closes its connection with code 1000 and does not connect again', async () => {
    const { agent, ends } = await started();
    const connection = gateway.newest;
    const answer = connection.request({ uri: '/slow' });
    await eventually(() => finish.length === 1);
    takeOver(connection);
    await eventually(() => connection.received.at(-1)?.type === 'draining');
    finish[0]?.();
    expect((await answer).type).toBe('http_response');
    expect(await connection.closed).toBe(1000);
    await eventually(() => ends.length === 1);
    expect(ends).toEqual([new TunnelTakenOverError(gateway.tunnelId)]);
    await agent.stop();
    expect(gateway.targets).toHaveLength(1);
  });

  it('ends when the notice comes on its newest connection while it is being established', async () => {
    const { ends } = await started({ timing: { rotateAfterMs: 100 } });
    gateway.establishes = false;
    await eventually(() => gateway.connections.length === 2);
    takeOver(gateway.newest);
    gateway.newest.establish();
    await eventually(() => ends.length === 1);
    expect(gateway.targets).toHaveLength(2);
  });

  it('ends when the notice comes on its old connection and the new connection is not established', async () => {
    const { ends } = await started({ timing: { rotateAfterMs: 100 } });
    const old = gateway.newest;
    gateway.establishes = false;
    await eventually(() => gateway.readies.length === 2);
    takeOver(old);
    // The agent has read the notice once it has answered.
    await old.request();
    gateway.newest.socket.terminate();
    await eventually(() => ends.length === 1);
    expect(gateway.targets).toHaveLength(2);
  });
});

describe('an agent that is told of a take-over', () => {
  it('goes on when its newer connection is established, because that one has taken the tunnel back', async () => {
    const { agent, ends } = await started({ timing: { rotateAfterMs: 200, lingerMs: 60_000 } });
    const old = gateway.newest;
    gateway.establishes = false;
    await eventually(() => gateway.readies.length === 2);
    takeOver(old);
    await old.request();
    const newer = gateway.newest;
    gateway.establishes = true;
    newer.establish();
    await eventually(() => old.received.at(-1)?.type === 'draining');
    takeOver(old);
    expect((await newer.request()).type).toBe('http_response');
    expect(ends).toEqual([]);
    await agent.stop({ graceMs: 0 });
  });

  it('only warns when it does not know the code of the notice', async () => {
    const { agent, ends } = await started();
    const warned = once(agent, 'warning');
    gateway.newest.send({ type: 'notice', code: 'of_the_future', message: 'something new' });
    expect(await warned).toEqual(['the cloud says: something new']);
    expect((await gateway.newest.request()).type).toBe('http_response');
    expect(ends).toEqual([]);
  });
});
