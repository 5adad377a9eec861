import { ticketKeysItem } from '../../../functions/aws/ticket-keys-item';
import type { Ticket } from '../../../functions/core/ticket';
import { rotateTicketKeys, type TicketKeys } from '../../../functions/core/ticket-keys';
import { SealingKeys } from '../../../functions/visitor-door/sealing-keys';
import { OpeningKeys } from '../../../functions/receive-message/opening-keys';
import { newTicketKey, sealTicket } from '../../../functions/ticket-seal';
import { startDynamoDb, type DynamoDbFixture } from '../../support/dynamodb-endpoint';
import { tableWithoutStream } from '../../support/dynamodb-tables';

const TABLE = 'tunnels';
const TICKET: Ticket = { requestId: 'r', tunnelId: 'demo', owner: 'ann', waiterConnectionId: 'w', deadline: 1 };
const keysOf = (since: number): TicketKeys => ({ version: 1, since, newest: newTicketKey() });

describe('the item of the keys in the table', () => {
  let db: DynamoDbFixture;
  beforeAll(async () => {
    const key = { hashKey: 'tunnelId', attributes: [{ name: 'tunnelId', type: 'S' as const }] };
    db = await startDynamoDb([tableWithoutStream(TABLE, key)]);
  });
  afterAll(() => db.close());

  test('is read as it was written, and keeps the newest key as the previous one', async () => {
    const store = ticketKeysItem(db.calls, TABLE);
    const made = [newTicketKey(), newTicketKey()];
    const newKey = () => made.shift() ?? newTicketKey();
    const [first, second] = made;
    expect(await store.read()).toEqual({ keys: undefined, revision: undefined });
    await rotateTicketKeys(store, { now: 1, lifeMs: 10, newKey });
    expect((await store.read()).keys).toMatchObject({ since: 1, newest: { id: first?.id } });
    await rotateTicketKeys(store, { now: 11, lifeMs: 10, newKey });
    const { keys } = await store.read();
    expect(keys?.newest.id).toBe(second?.id);
    expect(Buffer.from(keys?.previous?.secret ?? []).equals(first?.secret ?? Buffer.alloc(0))).toBe(true);
  });

  test('is not replaced when somebody else has replaced it since it was read', async () => {
    const store = ticketKeysItem(db.calls, TABLE);
    const { revision } = await store.read();
    expect(await store.replace(revision, keysOf(100))).toBe(true);
    expect(await store.replace(revision, keysOf(200))).toBe(false);
    expect(await store.replace(undefined, keysOf(300))).toBe(false);
    expect((await store.read()).keys?.since).toBe(100);
  });
});

describe('the keys of an environment that seals', () => {
  test('seal with the newest key that was read, and with none when there is none or when they were read too long ago', () => {
    let now = 0;
    const keys = new SealingKeys({ staleMs: 60_000, now: () => now });
    expect(keys.seal(TICKET)).toBeUndefined();
    keys.heard(undefined);
    expect(keys.seal(TICKET)).toBeUndefined();
    const [older, newer] = [keysOf(1), keysOf(2)];
    keys.heard(older);
    expect(keys.seal(TICKET)).toMatch(new RegExp(`^${older.newest.id}[.]`));
    keys.heard(newer);
    expect(keys.seal(TICKET)).toMatch(new RegExp(`^${newer.newest.id}[.]`));
    now = 60_001;
    expect(keys.seal(TICKET)).toBeUndefined();
  });
});

describe('the keys of an environment that opens', () => {
  /** An environment whose item changes; `reads` counts how often it was read. */
  function opening() {
    const state = { now: 0, reads: 0, keys: keysOf(1) as TicketKeys | undefined, fails: false, unreadable: 0 };
    const opener = new OpeningKeys({
      store: {
        read: async () => {
          state.reads += 1;
          if (state.fails) throw new Error('throttled');
          return { keys: state.keys, revision: state.keys?.since };
        },
      },
      now: () => state.now,
      onUnreadable: () => (state.unreadable += 1),
    });
    return { state, opener };
  }

  test('are read once for many tickets, and again after a minute', async () => {
    const { state, opener } = opening();
    const sealed = sealTicket(TICKET, state.keys?.newest ?? newTicketKey());
    expect(await Promise.all([opener.open(sealed), opener.open(sealed)])).toEqual([TICKET, TICKET]);
    state.now = 59_999;
    expect(await opener.open(sealed)).toEqual(TICKET);
    expect(state.reads).toBe(1);
    state.now = 60_000;
    state.keys = undefined;
    expect(await opener.open(sealed)).toBeUndefined();
    expect(state.reads).toBe(2);
  });

  test('are read again for a key that is not known, at most once a second', async () => {
    const { state, opener } = opening();
    await opener.open(sealTicket(TICKET, newTicketKey()));
    state.keys = keysOf(2);
    const sealed = sealTicket(TICKET, state.keys.newest);
    state.now = 999;
    expect(await opener.open(sealed)).toBeUndefined();
    expect(state.reads).toBe(1);
    state.now = 1000;
    expect(await opener.open(sealed)).toEqual(TICKET);
    for (let i = 0; i < 20; i++) await opener.open(sealTicket(TICKET, newTicketKey()));
    expect(state.reads).toBe(2);
  });

  test('stay in use when they cannot be read again', async () => {
    const { state, opener } = opening();
    const sealed = sealTicket(TICKET, state.keys?.newest ?? newTicketKey());
    await opener.open(sealed);
    state.now = 60_000;
    state.fails = true;
    expect(await opener.open(sealed)).toEqual(TICKET);
    expect(state.unreadable).toBe(1);
  });
});
