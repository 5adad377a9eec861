import {
  parseTicketKeys,
  rotateTicketKeys,
  type TicketKey,
  type TicketKeys,
  type TicketKeyStore,
} from '../../../functions/core/ticket-keys';

const key = (id: string): TicketKey => ({ id, secret: new Uint8Array(32) });
const LIFE_MS = 3_600_000;

/** A store in memory that refuses to replace keys that others have replaced. */
function storeWith(keys: TicketKeys | undefined) {
  const store: TicketKeyStore & { keys: TicketKeys | undefined } = {
    keys,
    read: async () => ({ keys: store.keys, revision: store.keys?.since }),
    replace: async (revision, next) => {
      if (revision !== store.keys?.since) return false;
      store.keys = next;
      return true;
    },
  };
  return store;
}
const rotate = (store: TicketKeyStore, now: number, id: string) => rotateTicketKeys(store, { now, lifeMs: LIFE_MS, newKey: () => key(id) });

test('the first key is made when there is none, and a new one when the newest is old enough', async () => {
  const store = storeWith(undefined);
  expect(await rotate(store, 1000, 'a')).toBe(true);
  expect(store.keys).toEqual({ version: 1, since: 1000, newest: key('a') });
  expect(await rotate(store, 1000 + LIFE_MS - 1, 'b')).toBe(false);
  expect(await rotate(store, 1000 + LIFE_MS, 'b')).toBe(true);
  expect(store.keys).toEqual({ version: 1, since: 1000 + LIFE_MS, newest: key('b'), previous: key('a') });
  expect(await rotate(store, 1000 + 2 * LIFE_MS, 'c')).toBe(true);
  expect(store.keys).toMatchObject({ newest: { id: 'c' }, previous: { id: 'b' } });
});

test('of two sweeps at the same time, one makes the key', async () => {
  const store = storeWith(undefined);
  const made = await Promise.all([rotate(store, 1000, 'a'), rotate(store, 1001, 'b')]);
  expect(made.filter(Boolean)).toHaveLength(1);
});

test.each([
  ['there is none', undefined],
  ['it has a later version', { version: 2, since: 1, newest: key('a') }],
  ['a key has another length', { version: 1, since: 1, newest: { id: 'a', secret: new Uint8Array(16) } }],
  ['a key has no id', { version: 1, since: 1, newest: { secret: new Uint8Array(32) } }],
])('a row has no keys if %s', (_, row) => expect(parseTicketKeys(row)).toBeUndefined());

test('keys are made anew when the row cannot be read by this code', async () => {
  const store = storeWith(undefined);
  const unreadable: TicketKeyStore = { read: async () => ({ keys: undefined, revision: 7 }), replace: async (revision) => revision === 7 };
  expect(await rotate(unreadable, 1000, 'a')).toBe(true);
  expect(store.keys).toBeUndefined();
});
