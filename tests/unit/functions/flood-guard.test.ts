import { FloodGuard } from '../../../functions/receive-message/flood-guard';
import { VirtualClock } from '../../support/virtual-clock';

const EVE = { owner: 'eve', connectionId: 'c1' };

function guard(refuse: (owner: string) => Promise<void> = async () => undefined) {
  const log: string[] = [];
  const clock = new VirtualClock();
  const floods = new FloodGuard({
    clock,
    allowance: { burst: 200, perSecond: 10 },
    owners: { refuse: async (owner, now) => (log.push(`refuse ${owner} at ${now === clock.now()}`), refuse(owner)) },
    close: async (connectionId) => void log.push(`close ${connectionId}`),
    onFailure: (error) => log.push(String(error)),
  });
  let handled = 0;
  const send = async (count: number, answers: boolean, from = EVE): Promise<void> => {
    for (let i = 0; i < count; i++) await floods.admit(from, async () => (handled++, answers));
  };
  return { floods, log, send, handled: () => handled };
}

test('messages that answer waiting requests are handled without a limit', async () => {
  const { log, send, handled } = guard();
  await send(5000, true);
  expect([handled(), log]).toEqual([5000, []]);
});

test('a connection with too many other messages is closed once, its owner is refused, and what it still sends is dropped', async () => {
  const { log, send, handled } = guard();
  await send(1000, false);
  expect([handled(), log]).toEqual([200, ['refuse eve at true', 'close c1']]);
});

test('messages of other owners are handled while one owner floods', async () => {
  const { send, handled } = guard();
  await send(1000, false);
  await send(100, false, { owner: 'ann', connectionId: 'c2' });
  expect(handled()).toBe(300);
});

test('messages whose handling fails count too', async () => {
  const { floods, log } = guard();
  for (let i = 0; i < 200; i++) {
    await expect(floods.admit(EVE, () => Promise.reject(new Error('throttled')))).rejects.toThrow('throttled');
  }
  await floods.admit(EVE, async () => true);
  expect(log).toEqual(['refuse eve at true', 'close c1']);
});

test('the connection is closed also when its owner cannot be refused', async () => {
  const { log, send } = guard(() => Promise.reject(new Error('throttled')));
  await send(201, false);
  expect(log).toEqual(expect.arrayContaining(['close c1', 'Error: throttled']));
});
