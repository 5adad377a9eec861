import { nextQuestionAfter } from '../../protocol';
import type { Clock } from './clock';

export interface AskOptions {
  /** Asks the agent for its answer. @param turn 1 for the first time. Never rejects. */
  readonly ask: (turn: number) => Promise<void>;
  /** When the agent is asked first, in ms after the begin. */
  readonly firstMs: number;
  /** When the visitor is told that no answer came, in ms since the epoch. */
  readonly deadline: number;
  readonly clock: Clock;
  /** Ends the asking. */
  readonly signal: AbortSignal;
}

/**
 * Asks the agent for its answer while the waiter hears nothing: at growing intervals, and a last time `firstMs` before the deadline. So an
 * answer whose wake was lost without a sound comes late, but is not lost.
 */
export async function askAgent({ ask, firstMs, deadline, clock, signal }: AskOptions): Promise<void> {
  const begin = clock.now();
  const last = deadline - firstMs;
  for (let turn = 1; clock.now() < last; turn += 1) {
    const next = begin + nextQuestionAfter(clock.now() - begin, firstMs);
    await clock.sleep(Math.min(next, last) - clock.now(), signal);
    if (signal.aborted) return;
    await ask(turn);
  }
}
