import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AgentOptions, RequestSummary } from '../../../agent';
import { AgentFixture } from '../../support/agent-fixture';
import type { FakeGateway } from '../../support/agent-fake-gateway';
import { startLocalServer } from '../../support/agent-local-server';
import { sha256, StreamReader } from '../../support/agent-stream-reader';
import { eventually } from '../../support/eventually';

const fixture = new AgentFixture();
afterEach(() => fixture.closeAll());

let gateway: FakeGateway;
let summaries: RequestSummary[];
let reply: ServerResponse | undefined;
beforeEach(async () => {
  gateway = await fixture.gateway();
  gateway.acknowledges = false;
  summaries = [];
  reply = undefined;
});

/** An agent, and a stream of it that has begun with `a`. */
async function beginStream({ takesAll, ...options }: Partial<AgentOptions> & { takesAll?: boolean } = {}) {
  const local = fixture.keep(await startLocalServer((_request, answer) => (reply = answer).write('a')));
  const agent = await fixture.connected(gateway, local.port, options);
  agent.on('request', (summary) => summaries.push(summary));
  const reader = new StreamReader(gateway, { takesAll: takesAll ?? true, terms: { gather_ms: 0 } });
  await eventually(() => reader.head !== undefined);
  return { agent, reader };
}

const typesOf = (connection: FakeGateway['newest']): string[] => connection.received.map(({ type }) => type);

describe('a stream whose connection is lost', () => {
  it('goes on over the next connection: the parts that were made meanwhile are sent, and parts sent before only when the cloud asks', async () => {
    const { agent, reader } = await beginStream({ takesAll: false });
    const first = gateway.newest;
    // The gateway establishes the next connection only when the test says so.
    gateway.establishes = false;
    const lost = once(agent, 'disconnected');
    first.socket.terminate();
    await lost;
    reply?.write('b');
    await eventually(() => expect(gateway.connections.length).toBeGreaterThan(1));
    reply?.end('c');
    await eventually(() => expect(summaries).toMatchObject([{ stream: 'complete', bytes: 3 }]));
    expect(reader.types).toEqual(['response_head']);

    gateway.establishes = true;
    await eventually(() => typesOf(gateway.newest).includes('ready'));
    gateway.newest.establish();
    await reader.ended();
    expect(reader.body.toString()).toBe('abc');
    expect(reader.digest).toBe(sha256(Buffer.from('abc')));
    expect(reader.types.filter((type) => type === 'response_head')).toHaveLength(1);
    // After another loss, the parts that have been sent by now are not sent again, either.
    const established = once(gateway, 'connection');
    gateway.newest.socket.terminate();
    await established;
    const before = reader.types.length;
    reader.say({ missing: [0] });
    await eventually(() => expect(reader.types.slice(before)).toEqual(['response_head']));
  });
});

describe('a stream during the planned replacement of the connection', () => {
  it('loses nothing, repeats nothing, and does not keep the old connection open', async () => {
    const { reader } = await beginStream({ timing: { rotateAfterMs: 400, lingerMs: 20 } });
    const [old] = gateway.connections;
    let text = 'a';
    let isClosed = false;
    void old?.closed.then(() => (isClosed = true));
    for (let i = 0; !isClosed; i += 1) {
      text += `${i},`;
      reply?.write(`${i},`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await old?.closed).toBe(1000);
    reply?.end('end');
    await reader.ended();
    expect(reader.body.toString()).toBe(`${text}end`);
    expect(reader.messages).toHaveLength(reader.inOrder.length);
    expect(summaries).toMatchObject([{ stream: 'complete' }]);
  });
});

describe('an agent that is stopped', () => {
  it('ends its streams as failed after the time of grace', async () => {
    const { agent, reader } = await beginStream();
    const closed = once(reply as ServerResponse, 'close');
    const begin = performance.now();
    await agent.stop({ graceMs: 300 });
    expect(performance.now() - begin).toBeGreaterThan(290);
    expect(reader.types).toEqual(['response_head', 'response_failed']);
    expect(summaries).toMatchObject([{ stream: 'cut', error: 'internal_error' }]);
    expect(summaries[0]?.reason).toContain('the agent was stopped');
    await closed;
  });

  it('lets a stream end within the time of grace, and waits until the cloud has taken its last part', async () => {
    const { agent, reader } = await beginStream({ takesAll: false, timing: { lastAckMs: 60_000 } });
    const connection = gateway.newest;
    let isStopped = false;
    const stopped = agent.stop({ graceMs: 60_000 }).then(() => (isStopped = true));
    await eventually(() => typesOf(connection).includes('draining'));
    reply?.end('b');
    await reader.ended();
    expect(reader.body.toString()).toBe('ab');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isStopped).toBe(false);
    reader.take(3);
    await stopped;
    expect(summaries).toMatchObject([{ stream: 'complete' }]);
  });

  it('does not wait for a stream that was given up while it had no connection', async () => {
    const { agent } = await beginStream();
    gateway.establishes = false;
    const lost = once(agent, 'disconnected');
    gateway.newest.socket.terminate();
    await lost;
    await agent.stop({ graceMs: 60_000 });
    expect(summaries).toMatchObject([{ stream: 'cut' }]);
  });
});

it('the address for streams is part of the address of the tunnel', async () => {
  gateway.streamUrl = 'https://streams.test/k3v9x2m4q7wz/';
  const local = fixture.keep(await startLocalServer((_request, answer) => answer.end()));
  const agent = fixture.agent(gateway, local.port);
  expect(await agent.start()).toMatchObject({ streamUrl: 'https://streams.test/k3v9x2m4q7wz/' });
});
