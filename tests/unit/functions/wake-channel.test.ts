import { socketWakeChannel, type WakeConnection } from '../../../functions/aws/wake-channel';
import type { Wake } from '../../../functions/core/wake';
import { VirtualClock } from '../../support/virtual-clock';

/** A socket that opens and closes when the test says so. */
class FakeSocket implements WakeConnection {
  isOpen = true;
  alive = true;
  hellos = 0;
  readonly closed: Promise<void>;
  private tellClosed!: () => void;

  constructor(readonly id: string) {
    this.closed = new Promise((resolve) => (this.tellClosed = resolve));
  }

  async hello(): Promise<boolean> {
    this.hellos++;
    return this.alive;
  }

  close(): void {
    this.isOpen = false;
    this.tellClosed();
  }
}

function channel(openMs = 0) {
  const clock = new VirtualClock();
  const sockets: FakeSocket[] = [];
  const stale: string[] = [];
  let hear: (message: unknown) => void = () => undefined;
  const wakes = socketWakeChannel({
    open: async (onMessage) => {
      await clock.sleep(openMs);
      hear = onMessage;
      const socket = new FakeSocket(`w${sockets.length + 1}`);
      sockets.push(socket);
      return socket;
    },
    clock,
    idleMs: 30_000,
    readyMs: 250,
    rotateMs: 5_400_000,
    observer: {
      opened: () => undefined,
      openFailed: () => undefined,
      stale: ({ requestId }) => stale.push(requestId),
    },
  });
  /** Subscribes, and lets as much time pass as the channel may wait. */
  const subscribe = async (requestId: string) => {
    const subscribing = wakes.subscribe(requestId);
    await clock.advance(250);
    return subscribing;
  };
  return { clock, sockets, stale, subscribe, wake: (requestId: string) => hear({ version: 1, requestId, source: 'bus' } satisfies Wake) };
}

test('the first request opens the socket, and later requests share the socket', async () => {
  const { sockets, subscribe } = channel();
  expect((await subscribe('r1'))?.waiterConnectionId).toBe('w1');
  expect((await subscribe('r2'))?.waiterConnectionId).toBe('w1');
  expect(sockets).toHaveLength(1);
  expect(sockets[0]?.hellos).toBe(0);
});

test('a request does not wait for a socket that opens slowly, but the next request uses the socket', async () => {
  const { clock, subscribe } = channel(1000);
  expect(await subscribe('r1')).toBeUndefined();
  await clock.advance(1000);
  expect((await subscribe('r2'))?.waiterConnectionId).toBe('w1');
});

test('an idle socket is used only after it has answered a hello', async () => {
  const { clock, sockets, subscribe } = channel();
  await subscribe('r1');
  await clock.advance(40_000);
  expect((await subscribe('r2'))?.waiterConnectionId).toBe('w1');
  expect(sockets[0]?.hellos).toBe(1);
});

test('a socket that died during a freeze is replaced, and the request that finds it polls', async () => {
  const { clock, sockets, subscribe } = channel();
  (await subscribe('r1'))?.close();
  await clock.advance(40_000);
  (sockets[0] as FakeSocket).alive = false;
  expect(await subscribe('r2')).toBeUndefined();
  expect((await subscribe('r3'))?.waiterConnectionId).toBe('w2');
  expect(sockets[0]?.isOpen).toBe(false);
});

test('a socket that is known to be closed is replaced at once', async () => {
  const { sockets, subscribe } = channel();
  await subscribe('r1');
  (sockets[0] as FakeSocket).isOpen = false;
  expect((await subscribe('r2'))?.waiterConnectionId).toBe('w2');
});

test('a socket is replaced after its rotation time, before API Gateway closes it', async () => {
  const { clock, sockets, subscribe } = channel();
  (await subscribe('r1'))?.close();
  await clock.advance(5_400_001);
  expect((await subscribe('r2'))?.waiterConnectionId).toBe('w2');
  expect(sockets[0]?.isOpen).toBe(false);
});

test('a replaced socket stays open for the request that waits on it, and is closed when that request ends', async () => {
  const { clock, sockets, subscribe } = channel();
  const first = await subscribe('r1');
  await clock.advance(5_400_001);
  const second = await subscribe('r2');
  expect(second?.waiterConnectionId).toBe('w2');
  expect(sockets[0]?.isOpen).toBe(true);
  first?.close();
  expect(sockets[0]?.isOpen).toBe(false);
  second?.close();
  expect(sockets[1]?.isOpen).toBe(true);
});

test('a request that comes while a socket is replaced waits for the new socket', async () => {
  const { clock, sockets, subscribe } = channel(400);
  expect(await subscribe('r1')).toBeUndefined();
  await clock.advance(400);
  (await subscribe('r2'))?.close();
  await clock.advance(40_000);
  (sockets[0] as FakeSocket).alive = false;
  expect(await subscribe('r3')).toBeUndefined();
  // The old socket works again.
  (sockets[0] as FakeSocket).alive = true;
  expect((await subscribe('r4'))?.waiterConnectionId).toBe('w2');
});

test('a socket is trusted for a while after it has brought a wake to a request, and not after a wake that nobody waits for', async () => {
  const { clock, sockets, subscribe, wake } = channel();
  const first = await subscribe('r1');
  await clock.advance(20_000);
  wake('r1');
  first?.close();
  await clock.advance(20_000);
  (await subscribe('r2'))?.close();
  expect(sockets[0]?.hellos).toBe(0);
  wake('r2');
  await clock.advance(20_000);
  await subscribe('r3');
  expect(sockets[0]?.hellos).toBe(1);
});

test('a wake reaches its own request, and a wake that no request waits for is reported as stale', async () => {
  const { stale, subscribe, wake } = channel();
  const first = await subscribe('r1');
  const second = await subscribe('r2');
  wake('r2');
  await expect(second?.inbox.next()).resolves.toMatchObject({ requestId: 'r2' });
  first?.close();
  wake('r1');
  expect(stale).toEqual(['r1']);
});

test('a message that is no wake is ignored', async () => {
  const { stale, subscribe, wake } = channel();
  await subscribe('r1');
  expect(() => wake(undefined as unknown as string)).not.toThrow();
  expect(stale).toEqual([]);
});

describe('the renewal of a subscription', () => {
  test('keeps a socket that answers', async () => {
    const { subscribe, sockets } = channel();
    const subscription = await subscribe('r1');
    expect(await subscription?.renew()).toBe(false);
    expect(subscription?.waiterConnectionId).toBe('w1');
    expect(sockets[0]?.hellos).toBe(1);
  });

  test('replaces a socket that does not answer, closes it, and delivers what comes through the new one', async () => {
    const { clock, subscribe, sockets, wake } = channel();
    const subscription = await subscribe('r1');
    (sockets[0] as FakeSocket).alive = false;
    const renewing = subscription?.renew();
    await clock.advance(0);
    expect(await renewing).toBe(true);
    expect(subscription?.waiterConnectionId).toBe('w2');
    expect(sockets[0]?.isOpen).toBe(false);
    wake('r1');
    await expect(subscription?.inbox.next()).resolves.toMatchObject({ requestId: 'r1' });
  });

  test('uses a socket that another request has opened meanwhile', async () => {
    const { subscribe, sockets } = channel();
    const first = await subscribe('r1');
    (sockets[0] as FakeSocket).isOpen = false;
    const second = await subscribe('r2');
    expect(await first?.renew()).toBe(true);
    expect([first, second].map((each) => each?.waiterConnectionId)).toEqual(['w2', 'w2']);
    expect(sockets).toHaveLength(2);
  });

  test('tells that a socket is lost when it closes', async () => {
    const { subscribe, sockets } = channel();
    const subscription = await subscribe('r1');
    let isLost = false;
    void subscription?.lost().then(() => (isLost = true));
    await Promise.resolve();
    expect(isLost).toBe(false);
    sockets[0]?.close();
    await subscription?.lost();
    expect(isLost).toBe(true);
  });
});
