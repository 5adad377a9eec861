import { ticketAttack, type Loot } from '../../../chaos/world/ticket-attack';
import { generator } from '../../../emulator/latency/latency-profile';
import { newTicketKey, openTicket, sealTicket } from '../../../functions/ticket-seal';
import { decodeAgentMessage } from '../../../protocol';

const key = newTicketKey();
const keys = { version: 1, since: 0, newest: key } as const;
const request = (requestId: string): { requestId: string; ticket: string } => ({
  requestId,
  ticket: sealTicket({ requestId, tunnelId: 'ann-web', owner: 'ann', waiterConnectionId: 'w', deadline: 1 }, key),
});

const LOOT = { own: request('own'), waiting: request('waiting'), over: request('over') };
const random = generator(1, 1);
const strikes = (loot: Loot, times = 2000) => Array.from({ length: times }, () => ticketAttack(loot, 'forged', random));

/** What a message claims: the request that it names, and whose ticket it brings. */
function claimOf(message: object): string {
  const { request_id: id, ticket = 'none' } = message as { request_id: string; ticket?: string };
  return `${id} with ${openTicket(ticket, keys)?.requestId ?? 'a spoiled ticket'}`;
}

test('an attack with tickets sends every pair of request and ticket that may not be accepted, and its own valid ticket several times at once', () => {
  const all = strikes(LOOT);
  expect(new Set(all.flat().map(claimOf))).toEqual(
    new Set([
      'waiting with own',
      'waiting with waiting',
      'over with over',
      'own with a spoiled ticket',
      'waiting with a spoiled ticket',
      'own with own',
    ]),
  );
  const valid = all.filter(([first]) => first && claimOf(first) === 'own with own');
  expect(valid.every(({ length }) => length > 1)).toBe(true);
});

test('an attack with tickets sends answers, errors and upload requests, marked and not marked, all of them in the protocol', () => {
  const shapes = strikes(LOOT)
    .flat()
    .map((message) => decodeAgentMessage(JSON.stringify(message)))
    .map((message) => `${message.type}${'again' in message ? ' again' : ''}`);
  expect([...new Set(shapes)].sort()).toEqual(['error', 'error again', 'http_response', 'http_response again', 'upload_request']);
});

test('spoiled tickets are damaged, cut off, of an unknown key, and empty', () => {
  const spoiled = strikes({ own: LOOT.own, waiting: undefined, over: undefined })
    .flat()
    .map(({ ticket }) => ticket as string)
    .filter((ticket) => ticket !== LOOT.own.ticket);
  const has = (matches: (ticket: string) => boolean): boolean => spoiled.some(matches);
  const { length } = LOOT.own.ticket;
  expect([
    has((ticket) => ticket.length === length && ticket.startsWith(`${key.id}.`)),
    has((ticket) => ticket.length > 0 && ticket.length < length),
    has((ticket) => ticket.startsWith('nobodies.')),
    has((ticket) => ticket === ''),
  ]).toEqual([true, true, true, true]);
});

test('an attack without any ticket sends nothing', () => {
  expect(strikes({ own: { requestId: 'own' }, waiting: { requestId: 'waiting' }, over: undefined }, 20).flat()).toEqual([]);
});
