import type { Clock } from './clock';
import type { Mailbox } from './mailbox';
import type { Completion, Mode, PendingRequests } from './pending-request';
import type { Wake } from './wake';

/** How the waiter learned of the answer: a wake by its source, a scheduled read, or the last look before leaving. */
export type LearnedBy = Wake['source'] | 'read' | 'last-look';

export interface Answer extends Completion {
  readonly learnedBy: LearnedBy;
}

/** When the row is read, in ms. */
export interface ReadSchedule {
  /** Delays of mode `polling`; the last one repeats. */
  readonly pollingDelaysMs: readonly number[];
  /** Interval in the other modes. */
  readonly safetyReadMs: number;
}

/** Delays between reads of the row, in ms: the whole answer path in mode `polling`, a safety net in the others. */
export function* readDelays(mode: Mode, { pollingDelaysMs, safetyReadMs }: ReadSchedule): Generator<number, never> {
  let delay = safetyReadMs;
  if (mode === 'polling') for (delay of pollingDelaysMs) yield delay;
  for (;;) yield delay;
}

export interface WaitOptions {
  readonly requestId: string;
  readonly inbox: Mailbox<Wake>;
  readonly delays: Iterator<number, never>;
  /** In ms since the epoch. */
  readonly deadline: number;
  readonly pending: Pick<PendingRequests, 'read' | 'remove' | 'take'>;
  readonly clock: Clock;
  /** Rejects when nobody will ever answer, which ends the waiting; never resolves. */
  readonly hopeless: Promise<never>;
  /** Told of a read that failed, or a removal that could not be sent; a later one, or sweep, makes up for it. */
  readonly onStoreError: (error: unknown) => void;
}

/**
 * Waits until the request's row is completed, and removes it. Every mode waits like this: a mode only decides who wakes
 * and how often the row is read meanwhile.
 *
 * Correctness rests on the row alone. A wake is a hint to look, and may bring what the row holds: one that is early, late, doubled,
 * or for another request changes nothing. The row is read before it is removed, because a removal that hands over the answer would lose it with a
 * lost reply; only the last act, when nothing is left to lose, does both and closes the gap between looking and leaving.
 *
 * @returns the answer, or `undefined` when the deadline passed without one
 * @throws what the last look threw, or why it is hopeless (the row is left then)
 */
export async function waitForResponse(options: WaitOptions): Promise<Answer | undefined> {
  const { requestId, inbox, delays, deadline, pending, clock, hopeless, onStoreError } = options;
  let nextWake = inbox.next();
  let nextRead = clock.now() + delays.next().value;

  for (;;) {
    const wake = await Promise.race([firstOf(nextWake, clock, Math.min(nextRead, deadline)), hopeless]);
    if (wake) {
      nextWake = inbox.next();
      if (wake.requestId !== requestId) continue;
    } else {
      if (clock.now() >= deadline) break;
      nextRead = clock.now() + delays.next().value;
    }
    const completion = wake?.completion ?? (await reported(pending.read(requestId), onStoreError));
    if (completion) {
      await reported(pending.remove(requestId), onStoreError);
      return { ...completion, learnedBy: wake?.source ?? 'read' };
    }
  }
  const completion = await pending.take(requestId);
  return completion && { ...completion, learnedBy: 'last-look' };
}

/** The wake, if it comes before `until` (ms since the epoch). */
async function firstOf(wake: Promise<Wake>, clock: Clock, until: number): Promise<Wake | undefined> {
  const alarm = new AbortController();
  try {
    return await Promise.race([wake, clock.sleep(Math.max(0, until - clock.now()), alarm.signal).then(() => undefined)]);
  } finally {
    alarm.abort();
  }
}

/** The result; a failure is reported and counts as nothing found. */
const reported = <T>(result: Promise<T>, onError: (error: unknown) => void): Promise<T | undefined> =>
  result.catch((error: unknown) => {
    onError(error);
    return undefined;
  });
