import type { AnsweringAgent, PendingRequest, RequestState } from './pending-request';

/**
 * Stands for the row of a request in mode `direct`: what the cloud must know to accept the answer. It travels to the agent and back,
 * sealed (ticket-seal.ts), so that the agent can neither read nor make one.
 */
export interface Ticket extends AnsweringAgent {
  /** The connection on the wake channel to which the answer is posted. */
  readonly waiterConnectionId: string;
  /** When the visitor is told that no answer came, in ms since the epoch. */
  readonly deadline: number;
  readonly traceHeader?: string;
}

export interface TicketSealer {
  /** Undefined while no key is known: the request then gets a row. */
  seal(ticket: Ticket): string | undefined;
}

export interface TicketOpener {
  /** Undefined for a text that no known key has sealed. Never rejects. */
  open(sealed: string): Promise<Ticket | undefined>;
}

/** A request that has a ticket, as its row would describe it. */
export type TicketedRequest = PendingRequest & Ticket;

/** What is known of a request by its ticket alone. `unreadable`: nothing, because the ticket cannot be opened. */
export type TicketState =
  | { readonly kind: 'waiting'; readonly request: TicketedRequest }
  | Extract<RequestState, { kind: 'late' | 'foreign' }>
  | { readonly kind: 'unreadable' };

/**
 * The state of the request that a message is about, from the ticket that came with the message.
 * @param answerer the request that the message names, and the identity that the authorizer has given to its sender
 */
export async function stateByTicket(sealed: string, answerer: AnsweringAgent, opener: TicketOpener, now: number): Promise<TicketState> {
  const ticket = await opener.open(sealed);
  if (!ticket) return { kind: 'unreadable' };
  const isItsOwn = ticket.requestId === answerer.requestId && ticket.tunnelId === answerer.tunnelId && ticket.owner === answerer.owner;
  if (!isItsOwn) return { kind: 'foreign' };
  if (ticket.deadline < now) return { kind: 'late' };
  return { kind: 'waiting', request: { ...ticket, mode: 'direct' } };
}
