import { once } from 'node:events';
import type { CloudClock } from './cloud-clock';

export interface LatenessOptions {
  readonly clock: CloudClock;
  /** Asks the cloud for its time. Without a connection nothing is asked: the next connection begins with an answer. */
  readonly ask: () => void;
  /** Time between two questions while no answer comes, in ms. */
  readonly askAgainMs: number;
}

/**
 * Finds out whether a request came too late, for example because the machine has slept. A request in time is never taken for a late one:
 * if the clocks leave a doubt, the cloud is asked for its time, and the request waits for the answer.
 */
export class Lateness {
  constructor(private readonly options: LatenessOptions) {}

  /**
   * By how many ms the deadline is over; 0 when it is not. Times are the cloud's, in ms since the epoch.
   * @param signal ends the wait for an answer
   */
  async of({ timestamp, deadline }: { readonly timestamp: number; readonly deadline: number }, signal: AbortSignal): Promise<number> {
    const { clock } = this.options;
    clock.hear(timestamp);
    if (clock.most > deadline) await this.answer(clock.untilSurelyAfter(deadline), signal);
    return Math.max(0, clock.least - deadline);
  }

  /** Resolves when the cloud has told its time, and at the latest after `ms`: then the deadline is surely over. */
  private async answer(ms: number, signal: AbortSignal): Promise<void> {
    const { clock, ask, askAgainMs } = this.options;
    const answered = once(clock, 'answer', { signal: AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(ms))]) });
    const again = setInterval(ask, askAgainMs);
    try {
      ask();
      await answered;
    } catch {
      // Ended by the time-out or by the signal.
    } finally {
      clearInterval(again);
    }
  }
}
