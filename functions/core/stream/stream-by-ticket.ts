import type { StreamMessage } from '../../../protocol';
import type { Clock } from '../clock';
import type { AnsweringAgent } from '../pending-request';
import { stateByTicket, type TicketOpener, type TicketState } from '../ticket';
import { encodedNews, type EncodedNews } from './stream-part';

/** Posts a part of a stream to its waiter. */
export interface NewsPoster {
  /** Whether the waiter was told. Never rejects. */
  postNews(waiterConnectionId: string, requestId: string, news: EncodedNews): Promise<boolean>;
}

export interface StreamOptions {
  readonly tickets: TicketOpener;
  readonly wakes: NewsPoster;
  readonly clock: Clock;
  readonly observer: { answer(requestId: string, state: TicketState): void };
}

/**
 * Posts a part of a stream to the waiter that its ticket names. Nothing is read or written. A part that does not arrive is asked for by its
 * waiter, because the agent keeps each part until it was taken.
 *
 * @param answerer the request that the message names, and the identity that the authorizer has given to its sender
 * @returns whether a waiter got the part
 */
export async function streamByTicket(
  message: StreamMessage,
  answerer: AnsweringAgent,
  { tickets, wakes, clock, observer }: StreamOptions,
): Promise<boolean> {
  const now = clock.now();
  const state = await stateByTicket(message.ticket, answerer, tickets, now);
  observer.answer(answerer.requestId, state);
  return state.kind === 'waiting' && wakes.postNews(state.request.waiterConnectionId, answerer.requestId, encodedNews(message, now));
}
