import { once } from 'node:events';
import type { Disconnection, TunnelRefusedError } from '../../agent';
import { startLocalServer, type LocalServer } from '../support/agent-local-server';
import { AgentProcess } from '../support/agent-process';
import { builtAgent, type BuiltAgent } from '../support/built-agent';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

let cloud: CloudUnderTest;
let built: BuiltAgent;
let servers: LocalServer[];
beforeAll(async () => {
  built = await builtAgent();
  servers = [];
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.close();
  for (const server of servers) await server.close();
  await built.remove();
});

/** A local service that answers every request with its name. */
async function service(name: string): Promise<{ port: number }> {
  const server = await startLocalServer((_request, reply) => reply.end(name));
  servers.push(server);
  return server;
}

const connections = (): number => cloud.logs.filter(({ text }) => text.includes('an agent connects')).length;

test('an agent whose tunnel another agent of its owner takes over prints that, ends with status 3, and the other agent serves', async () => {
  const environment = { HTTP_TUNNEL_ENDPOINT: cloud.agentEndpoint, HTTP_TUNNEL_TOKEN: await cloud.token() };
  const start = async (name: string) =>
    new AgentProcess(built.file, ['http', String((await service(name)).port), '--name', 'shared'], environment);
  const first = await start('first');
  const agents = [first];
  try {
    await first.prints('Forwarding');
    await expect(cloud.visit('/', {}, 'shared')).resolves.toMatchObject({ text: 'first' });
    const second = await start('second');
    agents.push(second);
    await second.prints('Forwarding');
    await expect(first.exit).resolves.toBe(3);
    expect(first.stderr).toBe(
      'error: Another agent of the same owner has taken over the tunnel "shared", so this agent stops: ' +
        'to run both, give each a --name of its own.\n',
    );
    for (let i = 0; i < 3; i += 1) await expect(cloud.visit('/', {}, 'shared')).resolves.toMatchObject({ text: 'second' });
    expect(second.stderr).toBe('');
  } finally {
    for (const agent of agents) await agent.close();
  }
});

test('an agent that replaces its own connection again and again is not told that its tunnel was taken over', async () => {
  const before = connections();
  const agent = await cloud.agent({ name: 'rotating', target: await service('rotating'), timing: { rotateAfterMs: 200, lingerMs: 100 } });
  const ends: (Disconnection | TunnelRefusedError)[] = [];
  agent.on('disconnected', (end) => ends.push(end)).on('refused', (end) => ends.push(end));
  await eventually(() => connections() >= before + 5);
  await expect(cloud.visit('/', {}, 'rotating')).resolves.toMatchObject({ text: 'rotating' });
  expect(ends).toEqual([]);
  await agent.stop();
});

test('an older agent is told nothing when another agent takes over its tunnel, because it does not know the message', async () => {
  const older = await MinimalAgent.connect(cloud.agentEndpoint, await cloud.token(), () => undefined, { name: 'older' });
  await cloud.agent({ name: 'older', target: await service('newer') });
  await expect(cloud.visit('/', {}, 'older')).resolves.toMatchObject({ text: 'newer' });
  const pong = once(older.socket, 'message');
  older.send({ type: 'ping' });
  await pong;
  expect(older.received.map(({ type }) => type)).toEqual(['pong']);
  older.vanish();
});
