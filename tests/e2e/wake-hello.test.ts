import type { Environment } from '../../environments';
import { emfLinesIn } from '../support/emf';
import { eventually } from '../support/eventually';
import { MinimalAgent } from '../support/minimal-agent';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

/** Safety reads come later than any answer. A waiter says hello again before each request, because its socket is never trusted. */
const timings = ({ timings: same }: Environment): Environment['timings'] => ({ ...same, safetyReadMs: 20_000, wakeIdleMs: 0 });

/** The connection ids of the wake channel, as the gateway knows them. */
function waitersOf({ cloud: { services } }: CloudUnderTest): string[] {
  const wakes = services.spec.webSocketApis.find(({ address }) => address.endsWith('wake-channel'));
  return services.gateway.connections(wakes?.apiId ?? '').map(({ connectionId }) => connectionId);
}

describe.each([
  ['template of API Gateway', 'mock'],
  ['function', 'function'],
] as const)('a waiter whose hello is answered by a %s', (_what, wakeHello) => {
  let tunnel: CloudUnderTest;
  let greetings = 0;
  beforeAll(async () => {
    tunnel = await startCloud({ mode: 'direct', environment: (same) => ({ ...same, wakeHello, timings: timings(same) }) });
    tunnel.cloud.services.lambda.events.on('invocation', ({ functionName }) => {
      if (functionName.endsWith('greet-waiter')) greetings += 1;
    });
  });
  afterAll(() => tunnel.close());

  test('learns the id of its connection, and is woken there', async () => {
    const told: unknown[] = [];
    const agent = await MinimalAgent.connect(tunnel.agentEndpoint, await tunnel.token(), async ({ request_id }, self) => {
      for (const { waiterConnectionId } of await tunnel.pendingRows()) told.push((waiterConnectionId as { S?: string } | undefined)?.S);
      self.answer(request_id, 'woken');
    });
    for (const each of [1, 2]) {
      expect(await tunnel.visit(`/${each}`, {}, agent.tunnel.tunnel_id)).toMatchObject({ status: 200, text: 'woken' });
    }
    const [waiter] = waitersOf(tunnel);
    expect(told).toEqual([waiter, waiter]);
    await eventually(() => {
      const sources = emfLinesIn(tunnel.logs).flatMap(({ members }) => (members['WakeLatency'] === undefined ? [] : [members['source']]));
      expect(sources).toEqual(['direct', 'direct']);
    });
    // One hello opens the socket, and one proves before the second request that it still works.
    expect(greetings).toBe(wakeHello === 'function' ? 2 : 0);
    agent.vanish();
  });
});

test.each(['connect', 'hello'])('a stack without integration responses for %s stops the boot', async (route) => {
  const booting = startCloud({
    stack: (resources) => {
      const responses = resources['aws_apigatewayv2_integration_response'] ?? {};
      for (const name of Object.keys(responses)) if (name.startsWith(`wake-channel-${route}-`)) delete responses[name];
    },
  });
  await expect(booting).rejects.toThrow(
    `aws_apigatewayv2_integration.wake-channel-${route}-integration has no integration response, so API Gateway fails its route with status 500: ` +
      'add an aws_apigatewayv2_integration_response with integration_response_key = "$default"',
  );
});
