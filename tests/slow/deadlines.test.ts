import { createServer } from 'node:http';
import { listenOnAnyPort } from '../support/listen';
import { MinimalAgent } from '../support/minimal-agent';
import { MODES, startCloud, type CloudUnderTest } from '../support/tunnel';

/** The deadlines as they are deployed, in real time. */
describe.each(MODES)('in mode %s', (mode) => {
  let cloud: CloudUnderTest;
  beforeAll(async () => {
    cloud = await startCloud({ mode });
  });
  afterAll(() => cloud.close());

  test('a request gets 504 when the local service is silent until the agent gives up after 25 s', async () => {
    const silent = createServer(() => undefined);
    await cloud.agent({ target: { port: await listenOnAnyPort(silent) } });
    const reply = await cloud.visit('/');
    expect(reply.headers['x-tunnel-error']).toBe('local_service_timeout');
    expect(reply.ms).toBeGreaterThan(24_900);
    expect(reply.ms).toBeLessThan(27_500);
    silent.closeAllConnections();
    silent.close();
  });

  test('a request gets 504 after 28 s when the agent is silent, before API Gateway gives up at 30 s', async () => {
    const agent = await MinimalAgent.connect(cloud.agentEndpoint, await cloud.token(), () => undefined);
    const reply = await cloud.visit('/', {}, agent.tunnel.tunnel_id);
    expect(reply.headers['x-tunnel-error']).toBe('deadline_exceeded');
    expect(reply.ms).toBeGreaterThan(27_900);
    expect(reply.ms).toBeLessThan(29_900);
    agent.vanish();
  });
});
