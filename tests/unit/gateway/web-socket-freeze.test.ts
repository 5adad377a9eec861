import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Limits } from '../../../emulator/limits';
import type { Interceptor } from '../../../emulator/services';
import { eventually } from '../../support/eventually';
import { REGION } from '../../support/gateway-functions';
import {
  API_ID,
  connectClient,
  CREDENTIALS,
  lambdaIntegration,
  signedConnect,
  startGateway,
  stopGateways,
  TestEnvironment,
  wakeRoutes,
  webSocketRoute,
  type TestClient,
  type TestGateway,
} from '../../support/gateway-websocket';

const sdkClients: ApiGatewayManagementApiClient[] = [];
afterEach(async () => {
  for (const client of sdkClients.splice(0)) client.destroy();
  await stopGateways();
});

const pause = (ms = 50) => new Promise((resolve) => setTimeout(resolve, ms));

interface Setup extends TestGateway {
  readonly environment: TestEnvironment;
  /** The connection of the environment. Its process is this test's process, so that it runs on while the environment is "frozen". */
  readonly client: TestClient;
  readonly connectionId: string;
  readonly management: ApiGatewayManagementApiClient;
  readonly post: (data: string) => Promise<unknown>;
}

async function setup(limits: Partial<Limits['webSocket']> = {}, intercept?: Interceptor): Promise<Setup> {
  const environment = new TestEnvironment();
  const gateway = await startGateway({
    routes: [
      ...wakeRoutes(),
      webSocketRoute('$default', lambdaIntegration('main')),
      webSocketRoute('$disconnect', lambdaIntegration('end')),
    ],
    functions: { main: () => ({ statusCode: 200 }), end: () => ({ statusCode: 200 }) },
    environment,
    limits,
    ...(intercept && { intercept }),
  });
  const client = await connectClient(gateway.url, await signedConnect(gateway.url, { token: 'environment' }));
  const connectionId = gateway.gateway.connections(API_ID)[0]?.connectionId ?? '';
  const management = new ApiGatewayManagementApiClient({
    endpoint: gateway.endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  });
  sdkClients.push(management);
  const post: Setup['post'] = (data) => management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: data }));
  return { ...gateway, environment, client, connectionId, management, post };
}

test('messages to a frozen execution environment wait, and arrive in order after the thaw', async () => {
  const { client, environment, post } = await setup();
  await post('0');
  await eventually(() => client.messages.length === 1);
  environment.freeze();
  for (const data of ['1', '2', '3']) await post(data);
  await pause();
  expect(client.messages).toEqual(['0']);
  environment.thaw();
  await post('4');
  await eventually(() => client.messages.length === 5);
  expect(client.messages).toEqual(['0', '1', '2', '3', '4']);
});

test('a message to a frozen execution environment fails with LimitExceeded if the buffer of the gateway is full', async () => {
  const { client, environment, post } = await setup({ bufferedMessages: 2 });
  environment.freeze();
  await post('1');
  await post('2');
  await expect(post('3')).rejects.toThrow(LimitExceededException);
  environment.thaw();
  await eventually(() => client.messages.length === 2);
  await post('4');
});

test('a message from a frozen execution environment reaches the function only after the thaw', async () => {
  const { client, environment, functions } = await setup();
  environment.freeze();
  client.send('early');
  await pause();
  expect(functions.invocations).toEqual([]);
  environment.thaw();
  await eventually(() => functions.eventsOf('main').length === 1);
});

test('messages arrive in order over several freezes and thaws', async () => {
  const { client, environment, post } = await setup();
  for (const data of ['1', '2', '3']) {
    environment.freeze();
    await post(data);
    await pause(20);
    environment.thaw();
  }
  await eventually(() => client.messages.length === 3);
  expect(client.messages).toEqual(['1', '2', '3']);
});

describe('a connection that ends while its execution environment is frozen', () => {
  const gone = ({ gateway }: Setup) => eventually(() => gateway.connections(API_ID).length === 0);
  const endings: [string, Partial<Limits['webSocket']>, (setup: Setup) => unknown][] = [
    [
      'after DeleteConnection',
      {},
      ({ connectionId, management }) => management.send(new DeleteConnectionCommand({ ConnectionId: connectionId })),
    ],
    ['after the idle time-out', { idleMs: 1500 }, gone],
    ['after the maximum connection time', { connectionMs: 1500 }, gone],
    ['after drop() with "close"', {}, ({ connectionId, gateway }) => gateway.drop(connectionId, 'close')],
    ['after drop() with "vanish"', {}, ({ connectionId, gateway }) => gateway.drop(connectionId, 'vanish')],
  ];

  test.each(endings)(
    '%s is gone at once for the gateway, and for the client at the first write after the thaw',
    async (_how, limits, end) => {
      const all = await setup(limits);
      const { client, environment, functions, gateway, post } = all;
      environment.freeze();
      await post('lost');
      await end(all);
      await expect(post('x')).rejects.toThrow(GoneException);
      expect(gateway.connections(API_ID)).toEqual([]);
      await eventually(() => functions.eventsOf('end').length === 1);
      environment.thaw();
      await pause();
      expect(client.closed).toBeUndefined();
      expect(client.messages).toEqual([]);

      const written = new Promise<Error | undefined>((resolve) =>
        client.ws.send('{"action":"hello"}', (error) => resolve(error ?? undefined)),
      );
      expect(await written).toBeUndefined();
      await eventually(() => client.closed !== undefined);
      expect(client.closed).toEqual({ code: 1006, reason: '' });
      expect(client.messages).toEqual([]);
      expect(functions.eventsOf('end')).toHaveLength(1);
    },
  );

  test('is closed for the client when the execution environment exits', async () => {
    const { client, connectionId, environment, gateway } = await setup();
    environment.freeze();
    gateway.drop(connectionId, 'vanish');
    environment.exit();
    await eventually(() => client.closed !== undefined);
  });
});

test('a connection ends and $disconnect runs when its execution environment exits', async () => {
  const { environment, functions, gateway } = await setup();
  environment.freeze();
  environment.exit();
  await eventually(() => gateway.connections(API_ID).length === 0);
  await eventually(() => functions.eventsOf('end').length === 1);
});

test('a handshake that is answered during a freeze completes after the thaw', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const environment = new TestEnvironment();
  const { gateway, url } = await startGateway({
    routes: wakeRoutes(),
    environment,
    intercept: async (_call, next) => {
      environment.freeze();
      await held;
      return next();
    },
  });
  let opened = false;
  const connecting = connectClient(url, await signedConnect(url, { token: 'environment' })).then(() => (opened = true));
  await eventually(() => environment.frozen);
  release();
  await pause();
  expect(opened).toBe(false);
  expect(gateway.connections(API_ID)).toEqual([]);
  environment.thaw();
  await connecting;
  expect(gateway.connections(API_ID)).toHaveLength(1);
});

test('a closed connection leaves no event listeners on its execution environment', async () => {
  const { client, environment } = await setup();
  client.ws.close();
  await eventually(() => environment.listenerCount('thaw') === 0);
  expect(['freeze', 'exit'].map((name) => environment.listenerCount(name as 'freeze'))).toEqual([0, 0]);
});
