import { OVER, type Clock } from './clock';
import type { Mailbox } from './mailbox';
import type { Completion, PendingRequests } from './pending-request';
import type { Mode } from './answer-path';
import type { Wake } from './wake';

/** How the waiter learned of the answer: a wake by its source, a scheduled read, or the last look before leaving. */
export type LearnedBy = Wake['source'] | 'read' | 'last-look';

export interface Answer extends Completion {
  readonly learnedBy: LearnedBy;
  /** True if a wake said that the request, which had a ticket, has a row now. */
  readonly stored?: true;
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

/**
 * Longest time of the last look, in ms. `forward-request` times out 1 s after the deadline, and the visitor must get the tunnel's
 * own error before that.
 */
const LAST_LOOK_MS = 500;

export interface WaitOptions<Instead = never> {
  readonly requestId: string;
  readonly inbox: Mailbox<Wake>;
  readonly delays: Iterator<number, never>;
  /** In ms since the epoch. */
  readonly deadline: number;
  readonly pending: Pick<PendingRequests, 'read' | 'remove' | 'take'>;
  /** Called when a wake says that the request has a row now. */
  readonly onStored?: () => void;
  readonly clock: Clock;
  /** Rejects when no answer can come any more, which ends the waiting. Never resolves. */
  readonly hopeless: Promise<never>;
  /** Resolves with what comes instead of an answer, which ends the waiting. */
  readonly instead?: Promise<Instead> | undefined;
  /** Called when a read fails or a removal cannot be sent. A later read, or `sweep`, makes up for it. */
  readonly onStoreError: (error: unknown) => void;
  /** Called when the last look fails or takes too long. Nobody knows then whether there was an answer. */
  readonly onLastLookError: (error: unknown) => void;
}

/**
 * Waits until the request's row is completed, and removes the row. Every mode waits in this way: a mode only decides who wakes
 * the waiter and how often the row is read.
 *
 * Correctness depends on the row alone. A wake is a hint to read the row, and may carry the answer that the row holds. A wake
 * that is early, late, doubled or for another request changes nothing. The row is first read and then removed: one operation for
 * both would lose the answer if its reply is lost. Only the last look does both in one operation (`take`), so that no answer can
 * arrive between looking and leaving.
 *
 * @returns the answer, or what came instead, or `undefined` when the deadline passed without one
 * @throws the error of the last look, or the error of `hopeless` (the row then stays)
 */
export async function waitForResponse<Instead = never>(options: WaitOptions<Instead>): Promise<Answer | Instead | undefined> {
  const over = new AbortController();
  try {
    return await wait(options, over.signal);
  } finally {
    // A read that is still running would continue in the next invocation of this execution environment.
    over.abort(OVER);
  }
}

async function wait<Instead>(options: WaitOptions<Instead>, over: AbortSignal): Promise<Answer | Instead | undefined> {
  const { requestId, inbox, delays, deadline, pending, clock, hopeless, instead } = options;
  const onStoreError = (error: unknown): void => {
    if (!over.aborted) options.onStoreError(error);
  };
  let isStored = false;
  const answered = async (completion: Completion, learnedBy: LearnedBy): Promise<Answer> => {
    await reported(pending.remove(requestId), onStoreError);
    return { ...completion, learnedBy, ...(isStored && { stored: true }) };
  };
  /** @param learnedBy why the waiter reads the row */
  const read = async (learnedBy: LearnedBy): Promise<News<Instead>> => ({
    kind: 'read',
    completion: await reported(pending.read(requestId, over), onStoreError),
    learnedBy,
  });
  const heard = async (): Promise<News<Instead>> => ({ kind: 'wake', wake: await inbox.next() });
  let nextWake = heard();
  let nextRead = clock.now() + delays.next().value;
  const begun = instead?.then((value): News<Instead> => ({ kind: 'instead', value }));
  /** The read that is in progress. The waiter also listens for wakes, because a store with problems may take seconds. */
  let reading: Promise<News<Instead>> | undefined;

  for (;;) {
    const until = reading ? deadline : Math.min(nextRead, deadline);
    const awaited = [nextWake, ...(reading ? [reading] : []), ...(begun ? [begun] : [])];
    const news = await Promise.race([firstOf(awaited, clock, until), hopeless]);
    if (!news) {
      if (clock.now() >= deadline) break;
      nextRead = clock.now() + delays.next().value;
      reading = read('read');
    } else if (news.kind === 'instead') {
      return news.value;
    } else if (news.kind === 'read') {
      if (news.completion) return answered(news.completion, news.learnedBy);
      reading = undefined;
    } else {
      nextWake = heard();
      const { requestId: woken, completion, source, stored } = news.wake;
      if (woken !== requestId) continue;
      if (stored) {
        isStored = true;
        options.onStored?.();
      }
      if (completion) return answered(completion, source);
      // A read that began before this wake may have come too early for the answer.
      reading = read(source);
    }
  }
  return lastLook(options);
}

/** Reads and removes the row. The visitor of a look that takes too long gets no answer. */
async function lastLook({ requestId, pending, clock, onLastLookError }: WaitOptions<unknown>): Promise<Answer | undefined> {
  const over = new AbortController();
  const tooLate = clock.sleep(LAST_LOOK_MS, over.signal).then(() => {
    if (!over.signal.aborted) onLastLookError(new Error(`the last look took longer than ${LAST_LOOK_MS} ms`));
    return undefined;
  });
  try {
    const completion = await Promise.race([pending.take(requestId), tooLate]);
    return completion && { ...completion, learnedBy: 'last-look' };
  } catch (error) {
    onLastLookError(error);
    throw error;
  } finally {
    over.abort(OVER);
  }
}

/** What the waiter has learned: a wake, the result of a read, or that something else comes instead of an answer. */
type News<Instead> =
  | { readonly kind: 'instead'; readonly value: Instead }
  | { readonly kind: 'wake'; readonly wake: Wake }
  | { readonly kind: 'read'; readonly completion: Completion | undefined; readonly learnedBy: LearnedBy };

/** The first of `news`; undefined if none comes before `until` (ms since the epoch). */
async function firstOf<T>(news: readonly Promise<T>[], clock: Clock, until: number): Promise<T | undefined> {
  const alarm = new AbortController();
  try {
    return await Promise.race([...news, clock.sleep(Math.max(0, until - clock.now()), alarm.signal).then(() => undefined)]);
  } finally {
    alarm.abort(OVER);
  }
}

/** The result of the promise. A failure is reported and counts as nothing found. */
const reported = <T>(result: Promise<T>, onError: (error: unknown) => void): Promise<T | undefined> =>
  result.catch((error: unknown) => {
    onError(error);
    return undefined;
  });
