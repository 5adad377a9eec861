import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { socketWakeChannel } from '../../../functions/aws/wake-channel';
import { WakeSocket } from '../../../functions/aws/wake-socket';
import type { Wake } from '../../../functions/core/wake';
import { eventually } from '../../support/eventually';
import { REGION } from '../../support/gateway-functions';
import { API_ID, CREDENTIALS, startGateway, stopGateways, wakeRoutes } from '../../support/gateway-websocket';

const HELLO_MS = 300;
const IDLE_MS = 30_000;

/** `aheadMs` is how far the wall clock has gone on while an environment was frozen. */
let aheadMs = 0;
const closing: (() => void)[] = [];
beforeEach(() => {
  aheadMs = 0;
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of closing.splice(0)) close();
  await stopGateways();
});

/** The wake channel of a gateway whose answers to `hello`, and whose new connections, a test can hold back. */
async function wakeGateway() {
  const held: (() => void)[] = [];
  const switches = { holdsHellos: false, refusesConnects: false };
  const { gateway, url, endpoint } = await startGateway({
    routes: wakeRoutes(),
    interceptFrame: ({ direction }, next) => {
      if (direction === 'from-client' && switches.holdsHellos) held.push(next);
      else next();
    },
    intercept: async ({ input }, next) => {
      if (input['routeKey'] === '$connect' && switches.refusesConnects) throw new Error('no new connection now');
      return next();
    },
  });
  const management = new ApiGatewayManagementApiClient({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });
  closing.push(() => management.destroy());
  return {
    gateway,
    switches,
    /** Answers the hello that has been held back for the longest time. */
    answerHello: async (): Promise<void> => {
      await eventually(() => expect(held).not.toHaveLength(0));
      held.shift()?.();
    },
    heldHellos: () => held.length,
    open: async (onMessage: (message: unknown) => void = () => undefined): Promise<WakeSocket> => {
      const socket = await WakeSocket.open({
        url: new URL(url),
        region: REGION,
        credentials: () => Promise.resolve(CREDENTIALS),
        timeoutMs: 60_000,
        onMessage,
      });
      closing.push(() => socket.close());
      return socket;
    },
    connectionIds: () => gateway.connections(API_ID).map(({ connectionId }) => connectionId),
    wake: (connectionId: string, requestId: string) =>
      management.send(
        new PostToConnectionCommand({
          ConnectionId: connectionId,
          Data: JSON.stringify({ version: 1, requestId, source: 'direct' } satisfies Wake),
        }),
      ),
  };
}

/** The channel of one execution environment. It waits until a socket is there or a hello has failed, however slow the machine is. */
async function channel() {
  const wakes = await wakeGateway();
  const stale: string[] = [];
  const failures: unknown[] = [];
  const waiters = socketWakeChannel({
    open: (onMessage) => wakes.open(onMessage),
    clock: { now: () => Date.now(), sleep: () => new Promise(() => undefined) },
    idleMs: IDLE_MS,
    readyMs: HELLO_MS,
    rotateMs: 5_400_000,
    observer: {
      opened: () => undefined,
      openFailed: (error) => failures.push(error),
      stale: ({ requestId }) => stale.push(requestId),
    },
  });
  return { ...wakes, subscribe: (requestId: string) => waiters.subscribe(requestId), stale, failures };
}

test('a request that comes while a socket is replaced, because its hello was late, is woken', async () => {
  const { subscribe, switches, answerHello, heldHellos, wake, connectionIds } = await channel();
  const first = await subscribe('r1');
  first?.close();
  aheadMs += IDLE_MS + 1;
  switches.holdsHellos = true;
  expect(await subscribe('r2')).toBeUndefined();
  // The hello of the old socket is answered now. The new socket still waits for its own.
  await eventually(() => expect(heldHellos()).toBe(2));
  await answerHello();
  switches.holdsHellos = false;
  const subscribing = subscribe('r3');
  await Promise.race([subscribing, new Promise((resolve) => setTimeout(resolve, HELLO_MS / 2))]);
  await answerHello();
  const third = await subscribing;
  await eventually(() => expect(connectionIds()).toHaveLength(1));
  expect(connectionIds()).toEqual([third?.waiterConnectionId]);
  await wake(third?.waiterConnectionId ?? '', 'r3');
  await expect(third?.inbox.next()).resolves.toMatchObject({ requestId: 'r3' });
});

test('a late answer to a hello, and a wake for a request that has ended, do not prove that the socket works', async () => {
  const { gateway, subscribe, switches, answerHello, wake, stale, failures } = await channel();
  const first = await subscribe('r1');
  first?.close();
  const id = first?.waiterConnectionId ?? '';
  aheadMs += IDLE_MS + 1;
  Object.assign(switches, { holdsHellos: true, refusesConnects: true });
  expect(await subscribe('r2')).toBeUndefined();
  await eventually(() => expect(failures).toHaveLength(1));
  // Both arrive after a freeze, in which the connection has ended without a sound.
  await answerHello();
  await wake(id, 'r1');
  await eventually(() => expect(stale).toEqual(['r1']));
  gateway.drop(id, 'vanish');
  Object.assign(switches, { holdsHellos: false, refusesConnects: false });
  expect((await subscribe('r3'))?.waiterConnectionId).not.toBe(id);
});

test('a late answer to a hello is not taken for the answer to the next hello', async () => {
  const { open, switches, answerHello } = await wakeGateway();
  const socket = await open();
  switches.holdsHellos = true;
  expect(await socket.hello(1)).toBe(false);
  const next = socket.hello(HELLO_MS);
  await answerHello();
  await expect(next).resolves.toBe(false);
  const last = socket.hello(60_000);
  await answerHello();
  await answerHello();
  await expect(last).resolves.toBe(true);
});

test('the time-out of one hello does not end another hello', async () => {
  const { open, switches, answerHello } = await wakeGateway();
  const socket = await open();
  switches.holdsHellos = true;
  const patient = socket.hello(60_000);
  expect(await socket.hello(1)).toBe(false);
  await answerHello();
  await answerHello();
  await expect(patient).resolves.toBe(true);
});

test('a hello ends when the socket is closed', async () => {
  const { gateway, open, switches, connectionIds } = await wakeGateway();
  const socket = await open();
  switches.holdsHellos = true;
  const hello = socket.hello(60_000);
  gateway.drop(connectionIds()[0] ?? '', 'close');
  await expect(hello).resolves.toBe(false);
  await expect(socket.hello(60_000)).resolves.toBe(false);
});
