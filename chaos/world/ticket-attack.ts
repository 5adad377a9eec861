import type { Message } from '../../rehearse/wire';
import type { StolenRequest } from './stolen-requests';

/** What a hostile agent has for an attack with tickets. */
export interface Loot {
  /** Requests of its own tunnel, which wait or are over. */
  readonly own: StolenRequest | undefined;
  /** Requests of any tunnel. */
  readonly waiting: StolenRequest | undefined;
  readonly over: StolenRequest | undefined;
}

type Ticketed = Required<StolenRequest>;

/** The valid ticket of one's own request is sent so often at once. */
const TIMES = 4;
/** A body too large for a message, so that its place in the bucket is asked for. */
const UPLOAD = { bytes: 200_000, sha256: `${'A'.repeat(43)}=` };

/**
 * The messages of one strike: answers, errors or upload requests with a ticket that is not theirs, that is damaged, whose request is over, or
 * that is used again and again. Some of them are marked as answers that the cloud has asked for.
 * @param text what the answers say
 */
export function ticketAttack({ own, waiting, over }: Loot, text: string, random: () => number): Message[] {
  const claims = [
    // One's own ticket for a request of somebody else.
    ...(isTicketed(own) && waiting ? [{ requestId: waiting.requestId, ticket: own.ticket }] : []),
    // Genuine tickets of other tunnels, on one's own connection.
    ...[waiting, over].filter(isTicketed),
    ...[own, waiting].filter(isTicketed).map(({ requestId, ticket }) => ({ requestId, ticket: spoiled(ticket, random) })),
    ...[own].filter(isTicketed),
  ];
  const claim = claims[Math.floor(random() * claims.length)];
  if (!claim) return [];
  return Array.from({ length: claim === own ? TIMES : 1 }, () => messageWith(claim, text, random));
}

const isTicketed = (request: StolenRequest | undefined): request is Ticketed => request?.ticket !== undefined;

function messageWith({ requestId, ticket }: Ticketed, text: string, random: () => number): Message {
  const about = { request_id: requestId, ticket };
  const again = random() < 0.5 && { again: true };
  const shape = random();
  if (shape < 0.25) return { type: 'upload_request', ...about, ...UPLOAD };
  if (shape < 0.5) return { type: 'error', ...about, ...again, code: 'internal_error', message: text };
  return { ...answerOf(requestId, text), ticket, ...again };
}

/** An answer without a ticket. */
export const answerOf = (requestId: string, text: string): Message => ({
  type: 'http_response',
  request_id: requestId,
  status_code: 200,
  headers: { 'content-type': ['text/plain'] },
  body: Buffer.from(text).toString('base64'),
});

/** The ticket with a changed character, cut off, empty, or of a key that does not exist. */
function spoiled(ticket: string, random: () => number): string {
  // Some bits of the last character mean nothing (RFC 4648 section 3.5).
  const place = Math.floor(random() * (ticket.length - 1));
  switch (Math.floor(random() * 4)) {
    case 0:
      return ticket.slice(0, place) + (ticket[place] === 'A' ? 'B' : 'A') + ticket.slice(place + 1);
    case 1:
      return ticket.slice(0, place);
    case 2:
      return ticket.replace(/^[^.]*/, 'nobodies');
    default:
      return '';
  }
}
