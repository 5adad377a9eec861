import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { startDemoService, type DemoService } from '../../agent/demo/demo-service';
import type { Interceptor } from '../../emulator/services';
import { eventually } from '../support/eventually';
import { flood, SMALL_BUDGET } from '../support/flood';
import { MinimalAgent } from '../support/minimal-agent';
import { functionOf, startCloud, type CloudUnderTest } from '../support/tunnel';

/** Eve's agents send and connect as much as they can. Ann's visitors get their answers all the time. */
const TUNNELS = 3;

/** How often receive-message posted to a connection that has gone. */
let postsToGone = 0;
const countPostsToGone: Interceptor = async ({ operation, caller }, next) => {
  try {
    return await next();
  } catch (error) {
    const isGone = (error as { code?: string }).code === 'GoneException';
    if (isGone && operation === 'ManageConnections' && caller.functionName === functionOf(under.cloud, 'receive-message')) postsToGone++;
    throw error;
  }
};

let under: CloudUnderTest;
let demo: DemoService;
beforeAll(async () => {
  under = await startCloud({
    mode: 'direct',
    intercept: countPostsToGone,
    environment: (same) => ({ ...same, ownerLimits: { ...same.ownerLimits, tunnels: TUNNELS, messages: SMALL_BUDGET } }),
  });
  under.cloud.services.lambda.events.on('invocation', ({ functionName }) => {
    if (functionName === functionOf(under.cloud, 'receive-message')) handled++;
  });
  demo = await startDemoService();
  await under.agent({ name: 'anns', target: { port: demo.port } }, 'ann');
});
afterAll(async () => {
  await under.close();
  await demo.close();
});
beforeEach(() => (postsToGone = 0));
afterEach(async () => expect(await under.visit('/', {}, 'anns')).toMatchObject({ status: 200 }));

const connect = async (owner: string): Promise<MinimalAgent> =>
  MinimalAgent.connect(under.agentEndpoint, await under.token(owner), () => undefined);

/** How many messages receive-message has handled. */
let handled = 0;

/** How many of its messages did not reach an agent. */
const unreached = (): number => under.logs.filter(({ text }) => text.includes('a message did not reach the agent')).length;

describe('an agent that sends ready and goes', () => {
  const READY = JSON.stringify({ type: 'ready' });

  test('costs at most one post for each ready that it repeats', async () => {
    const eve = await connect('eve');
    const before = handled;
    for (let i = 0; i < 10; i++) eve.socket.send(READY);
    eve.vanish();
    // The report of an earlier message may come late, and then counts as well.
    await eventually(() => expect(handled - before).toBeGreaterThanOrEqual(10));
    expect(postsToGone).toBeLessThanOrEqual(10);
  });

  test('is not waited for, once its connection is older than two seconds', async () => {
    const url = new URL(under.agentEndpoint);
    url.searchParams.set('token', await under.token('eve'));
    const socket = new WebSocket(url);
    await once(socket, 'open');
    await sleep(2100);
    const before = unreached();
    socket.send(READY);
    socket.terminate();
    await eventually(() => expect(unreached() - before).toBe(1));
    expect(postsToGone).toBeLessThanOrEqual(1);
  });
});

test('an agent that sends many messages which answer no request is told and closed, and its owner is refused for a minute', async () => {
  const mallory = await connect('mallory');
  expect(await flood(mallory)).toBe(true);
  expect(mallory.received.length).toBeGreaterThan(SMALL_BUDGET.burst);
  expect(mallory.received.at(-1)).toMatchObject({
    type: 'error',
    message: expect.stringContaining('too many messages that answer no request'),
  });
  await expect(connect('mallory')).rejects.toThrow('429');
});

test('an owner whose tunnels are at the limit gets 429 for another tunnel, until one of the tunnels has no agent', async () => {
  const agents = await Promise.all(Array.from({ length: TUNNELS }, () => connect('olga')));
  await expect(connect('olga')).rejects.toThrow('429');
  agents[0]?.vanish();
  await eventually(async () => (await connect('olga')).vanish());
  for (const agent of agents) agent.vanish();
});
