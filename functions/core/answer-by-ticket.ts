import { LruMap } from 'toad-cache';
import { isInline, outcomeOf, withBodyStored, type AnswerMessage, type BodyStoring } from './agent-outcome';
import type { Clock } from './clock';
import { SHAPE_VERSION, type AnsweringAgent, type Completion, type CompletionResult, type PendingRequests } from './pending-request';
import { stateByTicket, type TicketedRequest, type TicketOpener, type TicketState } from './ticket';
import { fitsWake, type Wake, type WakePoster } from './wake';

/** How many requests an execution environment remembers as answered, to recognize their tickets. */
const REMEMBERED = 5000;

/**
 * The requests whose answers this execution environment has delivered. A posted answer may be lost, so it is stored if it comes again and was
 * asked for. A stored answer is not stored again: its waiter finds it, and removes the row.
 */
export type Delivered = Pick<LruMap<'posted' | 'stored'>, 'get' | 'set'>;
export const noneDelivered = (): Delivered => new LruMap(REMEMBERED);

export interface TicketAnswerOptions extends BodyStoring {
  readonly tickets: TicketOpener;
  readonly delivered: Delivered;
  readonly pending: Pick<PendingRequests, 'store'>;
  readonly wakes: WakePoster;
  readonly clock: Clock;
  readonly observer: BodyStoring['observer'] & {
    answer(requestId: string, result: CompletionResult | TicketState): void;
    /** An answer was sent again, because its waiter had asked for it, and is stored now. */
    repeated(): void;
  };
}

/**
 * Posts an answer straight to its waiter, which the ticket names. Nothing is read or written, because either the waiter lives and has the
 * answer, or nobody is left who wants it.
 *
 * The answer is stored, and announced by the bus, only in three cases: the post did not succeed, the answer does not fit a wake, or the
 * waiter had to ask for it (`again`), so that an earlier post may have been lost without a sound.
 *
 * @param answerer the request that the message names, and the identity that the authorizer has given to its sender
 * @returns `unreadable` if no known key has sealed the ticket
 */
export async function answerByTicket(
  message: AnswerMessage & { readonly ticket: string },
  answerer: AnsweringAgent,
  options: TicketAnswerOptions,
): Promise<CompletionResult | { readonly kind: 'unreadable' }> {
  const { tickets, clock, observer } = options;
  const state = await stateByTicket(message.ticket, answerer, tickets, clock.now());
  const result = state.kind === 'waiting' ? await deliver(message, state.request, options) : state;
  observer.answer(answerer.requestId, result);
  return result;
}

async function deliver(message: AnswerMessage, request: TicketedRequest, options: TicketAnswerOptions): Promise<CompletionResult> {
  const { delivered, pending, wakes, observer } = options;
  const { requestId } = request;
  const before = delivered.get(requestId);
  if (before === 'stored' || (before === 'posted' && !message.again)) return { kind: 'duplicate', request };
  const { wake, fits } = await wakeFor(message, requestId, options);
  const post = async (more?: Pick<Wake, 'stored'>): Promise<boolean> =>
    fits && wakes.post(request.waiterConnectionId, { ...wake, ...more });
  if (!message.again && (await post())) {
    delivered.set(requestId, 'posted');
    return { kind: 'completed', request };
  }
  const stored = await pending.store(request, wake.completion);
  if (stored.kind === 'completed') delivered.set(requestId, 'stored');
  if (message.again && stored.kind === 'completed') {
    observer.repeated();
    // Whatever becomes of this post, the bus announces the answer.
    await post({ stored: true });
  }
  return stored;
}

type AnswerWake = Wake & { readonly completion: Completion };

/**
 * The wake with an answer, and whether the answer fits it. An answer that does not fit has its body put into the body store; the wake then
 * refers to it.
 */
async function wakeFor(
  message: AnswerMessage,
  requestId: string,
  options: TicketAnswerOptions,
): Promise<{ readonly wake: AnswerWake; readonly fits: boolean }> {
  const completion = { outcome: outcomeOf(message), completedAt: options.clock.now() };
  const wake = wakeWith(completion, requestId);
  if (fitsWake(wake)) return { wake, fits: true };
  if (!isInline(completion.outcome)) return { wake, fits: false };
  const referring = wakeWith({ ...completion, outcome: await withBodyStored(completion.outcome, requestId, options) }, requestId);
  return { wake: referring, fits: fitsWake(referring) };
}

const wakeWith = (completion: Completion, requestId: string): AnswerWake => ({
  version: SHAPE_VERSION,
  requestId,
  source: 'direct',
  completion,
});
