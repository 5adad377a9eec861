import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { labelOf } from '../../emulator/terraform/resource-names';
import { listenOnAnyPort } from '../support/listen';
import { openStream } from '../support/open-stream';
import { startCloud, type CloudUnderTest } from '../support/tunnel';

const MINUTES = 60_000;
const LONG_MS = 10 * MINUTES;
const EVENTS = LONG_MS / 1000;

let under: CloudUnderTest;
let service: Server;
beforeAll(async () => {
  under = await startCloud({ mode: 'direct' });
  service = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let number = 0;
    const timer = setInterval(() => {
      response.write(`id: ${number}\ndata: ${'x'.repeat(number % 500)}\n\n`);
      number += 1;
      if (number < EVENTS) return;
      clearInterval(timer);
      response.end();
    }, 1000);
    response.on('close', () => clearInterval(timer));
  });
  await under.agent({ target: { port: await listenOnAnyPort(service) } });
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  await under.close();
});

/** Closes the connections of agents, or of waiters. */
function dropAll(api: 'agent-gateway' | 'wake-channel'): void {
  const { gateway, spec } = under.cloud.services;
  const { apiId = '' } = spec.webSocketApis.find(({ address }) => labelOf(address) === api) ?? {};
  const connections = gateway.connections(apiId);
  expect(connections.length).toBeGreaterThan(0);
  for (const { connectionId } of connections) gateway.drop(connectionId, 'close');
}

test('a stream of ten minutes has every event once and in order, although the agent and the waiter lose their connections', async () => {
  const stream = await openStream(under.streamUrl, '/demo/events');
  const beganAt = Date.now();
  await sleep(3 * MINUTES);
  dropAll('agent-gateway');
  await sleep(3 * MINUTES);
  dropAll('wake-channel');
  await expect(stream.ended).resolves.toBe('clean');
  expect(Date.now() - beganAt).toBeGreaterThan(LONG_MS - 10_000);
  const ids = [...stream.text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual(Array.from({ length: EVENTS }, (_, id) => id));
});
