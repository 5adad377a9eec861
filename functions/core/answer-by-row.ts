import type { CloudMessage } from '../../protocol';
import { isInline, outcomeOf, withBodyStored, type AnswerMessage, type BodyStoring } from './agent-outcome';
import { MAX_ROW_BODY_BYTES } from './body-store';
import type { Clock } from './clock';
import {
  SHAPE_VERSION,
  type AnsweringAgent,
  type Completion,
  type CompletionResult,
  type PendingRequests,
  type RequestOutcome,
} from './pending-request';
import type { Wake, WakePoster } from './wake';

export interface RowAnswerOptions extends BodyStoring {
  readonly pending: Pick<PendingRequests, 'stateFor' | 'complete' | 'handToBus'>;
  readonly wakes: WakePoster;
  /** Sends to the connection the message came from. */
  readonly reply: (message: CloudMessage) => Promise<void>;
  readonly clock: Clock;
  readonly observer: BodyStoring['observer'] & {
    answer(requestId: string, result: CompletionResult): void;
    /** The waiter could not be woken, neither directly nor by the bus. Its safety read will find the answer. */
    wakeFailed(error: unknown): void;
  };
}

/** Completes the row of a request with the agent's answer, and wakes the waiter if the row is of mode `direct`. */
export async function answerByRow(message: AnswerMessage, answerer: AnsweringAgent, options: RowAnswerOptions): Promise<CompletionResult> {
  const outcome = await withLargeBodyStored(outcomeOf(message), answerer, options);
  const completion: Completion = { outcome, completedAt: options.clock.now() };
  const result = await options.pending.complete({ ...answerer, ...completion });
  options.observer.answer(answerer.requestId, result);
  await Promise.all([
    wakeDirectly(result, completion, message, options),
    // The ack is sent for every result, because sending the same answer again would change nothing.
    message.ack && options.reply({ type: 'ack', request_id: answerer.requestId }),
  ]);
  return result;
}

/** In mode `direct`, wakes the waiter. A wake that cannot be delivered goes by the bus. Never rejects. */
async function wakeDirectly(
  result: CompletionResult,
  completion: Completion,
  { ticket }: AnswerMessage,
  options: RowAnswerOptions,
): Promise<void> {
  if (result.kind !== 'completed' && result.kind !== 'duplicate') return;
  const { requestId, mode, waiterConnectionId } = result.request;
  if (mode !== 'direct' || waiterConnectionId === undefined) return;
  try {
    const wake: Wake = {
      version: SHAPE_VERSION,
      requestId,
      source: 'direct',
      // An answer that was sent again may differ from the stored answer.
      ...(result.kind === 'completed' && { completion }),
      // The ticket could not be opened, so the answer needs the row.
      ...(ticket !== undefined && { stored: true }),
    };
    if (!(await options.wakes.post(waiterConnectionId, wake))) await options.pending.handToBus(requestId);
  } catch (error) {
    options.observer.wakeFailed(error);
  }
}

/**
 * Puts a body that is too large for the row into the body store, before the row refers to it. The answer stays unchanged when
 * nobody waits for it, or when the waiter is older code without a body store.
 */
async function withLargeBodyStored(outcome: RequestOutcome, answerer: AnsweringAgent, options: RowAnswerOptions): Promise<RequestOutcome> {
  if (!isInline(outcome) || outcome.body.length <= MAX_ROW_BODY_BYTES) return outcome;
  if ((await options.pending.stateFor(answerer)).kind !== 'waiting') return outcome;
  return withBodyStored(outcome, answerer.requestId, options);
}
