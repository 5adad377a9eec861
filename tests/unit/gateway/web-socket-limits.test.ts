import { eventually } from '../../support/eventually';
import {
  API_ID,
  connectClient,
  lambdaIntegration,
  startGateway,
  stopGateways,
  webSocketRoute,
  type TestClient,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway-websocket';

afterEach(stopGateways);

const KB = 1024;
const start = (limits: TestGatewayOptions['limits'] = {}): Promise<TestGateway> =>
  startGateway({
    routes: [webSocketRoute('$default', lambdaIntegration('main')), webSocketRoute('$disconnect', lambdaIntegration('end'))],
    functions: { main: () => ({ statusCode: 200 }), end: () => ({ statusCode: 200 }) },
    limits,
  });

/** Sends one message as frames of the sizes given. */
function sendFrames({ ws }: TestClient, sizes: readonly number[]): void {
  for (const [index, size] of sizes.entries()) ws.send('a'.repeat(size), { fin: index === sizes.length - 1 });
}

const closeOf = async (client: TestClient): Promise<TestClient['closed']> => {
  await eventually(() => client.closed !== undefined);
  return client.closed;
};

test('a message of four frames of 32 KB reaches the function', async () => {
  const { functions, url } = await start();
  const client = await connectClient(url);
  sendFrames(client, [32 * KB, 32 * KB, 32 * KB, 32 * KB]);
  await eventually(() => functions.eventsOf('main').length === 1);
  expect((functions.eventsOf('main')[0]?.['body'] as string).length).toBe(128 * KB);
});

test.each([
  ['a frame above 32 KB', [32 * KB + 1]],
  ['a large frame among small ones', [10, 33 * KB, 10]],
  ['a message above 128 KB', [32 * KB, 32 * KB, 32 * KB, 32 * KB, 1]],
  ['a frame of 300 KB', [300 * KB]],
])('%s closes the connection with 1009 and reaches no function', async (_what, sizes) => {
  const { functions, url } = await start();
  const client = await connectClient(url);
  sendFrames(client, sizes);
  expect(await closeOf(client)).toMatchObject({ code: 1009 });
  await eventually(() => functions.eventsOf('end').length === 1);
  expect(functions.eventsOf('end')[0]).toMatchObject({ requestContext: { disconnectStatusCode: 1009 } });
  expect(functions.eventsOf('main')).toEqual([]);
});

test('a binary frame closes the connection with 1003', async () => {
  const { functions, url } = await start();
  const client = await connectClient(url);
  client.ws.send(Buffer.from('abc'));
  expect(await closeOf(client)).toMatchObject({ code: 1003 });
  expect(functions.eventsOf('main')).toEqual([]);
});

test('a connection without messages is closed with 1001 after the idle time-out, which pings do not reset', async () => {
  const { functions, gateway, url } = await start({ idleMs: 500 });
  const client = await connectClient(url);
  let pongs = 0;
  client.ws.on('pong', () => (pongs += 1));
  const pings = setInterval(() => client.ws.ping(), 20);
  expect(await closeOf(client)).toEqual({ code: 1001, reason: 'Going away' });
  clearInterval(pings);
  expect(pongs).toBeGreaterThan(0);
  expect(gateway.connections(API_ID)).toEqual([]);
  await eventually(() => functions.eventsOf('end').length === 1);
  expect(functions.eventsOf('end')[0]).toMatchObject({
    requestContext: { disconnectStatusCode: 1001, disconnectReason: 'Going away' },
  });
});

test('a message resets the idle time-out of a connection', async () => {
  const { url } = await start({ idleMs: 1500 });
  const client = await connectClient(url);
  for (let index = 0; index < 20; index += 1) {
    client.send('x');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(client.closed).toBeUndefined();
});

test('a connection with messages is closed with 1001 after the maximum connection time', async () => {
  const { url } = await start({ connectionMs: 300 });
  const client = await connectClient(url);
  const busy = setInterval(() => client.send('x'), 20);
  expect(await closeOf(client)).toEqual({ code: 1001, reason: 'Going away' });
  clearInterval(busy);
});

describe('drop() of the gateway', () => {
  test('with "close" closes the connection with 1001', async () => {
    const { gateway, url } = await start();
    const client = await connectClient(url);
    expect(gateway.drop(gateway.connections(API_ID)[0]?.connectionId ?? '', 'close')).toBe(true);
    expect(await closeOf(client)).toEqual({ code: 1001, reason: 'Going away' });
  });

  test('with "vanish" does not inform the client, whose next write gets a reset', async () => {
    const { functions, gateway, url } = await start();
    const client = await connectClient(url);
    gateway.drop(gateway.connections(API_ID)[0]?.connectionId ?? '', 'vanish');
    expect(gateway.connections(API_ID)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(client.closed).toBeUndefined();
    client.send('x');
    expect(await closeOf(client)).toEqual({ code: 1006, reason: '' });
    expect(functions.eventsOf('main')).toEqual([]);
  });

  test('returns false for an unknown connection', async () => {
    const { gateway } = await start();
    expect(gateway.drop('unknown=', 'close')).toBe(false);
  });
});
