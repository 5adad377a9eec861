import fc from 'fast-check';
import { MAX_TICKET_LENGTH } from '../../../protocol';
import type { Ticket } from '../../../functions/core/ticket';
import type { TicketKey, TicketKeys } from '../../../functions/core/ticket-keys';
import { keyIdOf, newTicketKey, openTicket, sealTicket } from '../../../functions/ticket-seal';

const TICKET: Ticket = {
  requestId: '3f2b7c1e-8d4a-4a53-9a0e-0c6f5f6f8a11',
  tunnelId: 'demo',
  owner: 'ann',
  waiterConnectionId: 'L0SM9cOFvHcCIhw=',
  deadline: 1_700_000_028_000,
  traceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
};
const KEY = newTicketKey();
const keys = (newest: TicketKey, previous?: TicketKey): TicketKeys => ({ version: 1, since: 0, newest, ...(previous && { previous }) });

/** The bytes of a ticket after the id of its key. */
const sealedIn = (ticket: string): Buffer => Buffer.from(ticket.slice(keyIdOf(ticket).length + 1), 'base64url');

test('a ticket is opened with the key that sealed it, as the newest key and as the one before', () => {
  const { traceHeader: _, ...untraced } = TICKET;
  for (const ticket of [TICKET, untraced]) {
    const sealed = sealTicket(ticket, KEY);
    expect(openTicket(sealed, keys(KEY))).toStrictEqual(ticket);
    expect(openTicket(sealed, keys(newTicketKey(), KEY))).toStrictEqual(ticket);
  }
});

test('a ticket is not opened with other keys, also if they have the same id', () => {
  const sealed = sealTicket(TICKET, KEY);
  for (const others of [undefined, keys(newTicketKey()), keys({ ...newTicketKey(), id: KEY.id })]) {
    expect(openTicket(sealed, others)).toBeUndefined();
  }
});

test('the same ticket is sealed differently each time, and none of its fields can be read', () => {
  const sealed = [sealTicket(TICKET, KEY), sealTicket(TICKET, KEY)];
  expect(new Set(sealed).size).toBe(2);
  for (const text of sealed) {
    const readable = text + Buffer.from(text.slice(keyIdOf(text).length + 1), 'base64url').toString('latin1');
    for (const field of Object.values(TICKET)) expect(readable).not.toContain(String(field));
  }
});

test('a ticket with one character changed, added or left out is not opened', () => {
  const sealed = sealTicket(TICKET, KEY);
  // The last character of base64url may hold bits that mean nothing.
  const place = fc.integer({ min: 0, max: sealed.length - 2 });
  fc.assert(
    fc.property(place, fc.constantFrom('change', 'add', 'leave out'), fc.constantFrom(...'aZ0-_.'), (at, how, character) => {
      const rest = sealed.slice(how === 'add' ? at : at + 1);
      const damaged = sealed.slice(0, at) + (how === 'leave out' ? '' : character) + rest;
      fc.pre(damaged !== sealed);
      expect(openTicket(damaged, keys(KEY))).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

test('a ticket that was cut off, or made of parts of two tickets, is not opened', () => {
  const [one, two] = [sealTicket(TICKET, KEY), sealTicket({ ...TICKET, tunnelId: 'evil' }, KEY)];
  for (let length = 0; length < one.length - 1; length++) {
    expect(openTicket(one.slice(0, length), keys(KEY))).toBeUndefined();
    const mixed = one.slice(0, length) + two.slice(length);
    // Where the parts are short, two tickets may have the same ones by chance.
    const isEither = [one, two].some((ticket) => sealedIn(ticket).equals(sealedIn(mixed)));
    if (length > keyIdOf(one).length + 1 && !isEither) expect(openTicket(mixed, keys(KEY))).toBeUndefined();
  }
});

test('any text is opened to nothing, without an error', () => {
  fc.assert(fc.property(fc.string(), (text) => openTicket(text, keys(KEY)) === undefined));
  fc.assert(fc.property(fc.base64String(), (text) => openTicket(`${KEY.id}.${text}`, keys(KEY)) === undefined));
});

test('the ticket of the longest names fits the limit of the protocol', () => {
  const longest = {
    ...TICKET,
    tunnelId: 'x'.repeat(63),
    owner: 'o'.repeat(256),
    waiterConnectionId: 'w'.repeat(32),
    traceHeader: 't'.repeat(256),
  };
  expect(sealTicket(longest, KEY).length).toBeLessThanOrEqual(MAX_TICKET_LENGTH);
});
