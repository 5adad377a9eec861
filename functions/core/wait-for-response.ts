import type { Clock } from './clock';
import type { Mailbox } from './mailbox';
import type { Completion, PendingRequests } from './pending-request';
import type { Mode } from './answer-path';
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
  const over = new AbortController();
  try {
    return await wait(options, over.signal);
  } finally {
    // A read that is still under way would go on in the next invocation of this environment.
    over.abort();
  }
}

async function wait(options: WaitOptions, over: AbortSignal): Promise<Answer | undefined> {
  const { requestId, inbox, delays, deadline, pending, clock, hopeless } = options;
  const onStoreError = (error: unknown): void => {
    if (!over.aborted) options.onStoreError(error);
  };
  const answered = async (completion: Completion, learnedBy: LearnedBy): Promise<Answer> => {
    await reported(pending.remove(requestId), onStoreError);
    return { ...completion, learnedBy };
  };
  /** @param learnedBy what made the waiter look */
  const read = async (learnedBy: LearnedBy): Promise<News> => ({
    kind: 'read',
    completion: await reported(pending.read(requestId, over), onStoreError),
    learnedBy,
  });
  const heard = async (): Promise<News> => ({ kind: 'wake', wake: await inbox.next() });
  let nextWake = heard();
  let nextRead = clock.now() + delays.next().value;
  /** A read that is under way. The waiter listens meanwhile, because a store in trouble may keep it waiting for seconds. */
  let reading: Promise<News> | undefined;

  for (;;) {
    const until = reading ? deadline : Math.min(nextRead, deadline);
    const news = await Promise.race([firstOf(reading ? [nextWake, reading] : [nextWake], clock, until), hopeless]);
    if (!news) {
      if (clock.now() >= deadline) break;
      nextRead = clock.now() + delays.next().value;
      reading = read('read');
    } else if (news.kind === 'read') {
      if (news.completion) return answered(news.completion, news.learnedBy);
      reading = undefined;
    } else {
      nextWake = heard();
      const { requestId: woken, completion, source } = news.wake;
      if (woken !== requestId) continue;
      if (completion) return answered(completion, source);
      // A read that began before this wake may have been too early.
      reading = read(source);
    }
  }
  const completion = await pending.take(requestId);
  return completion && { ...completion, learnedBy: 'last-look' };
}

/** What the waiter has come to know. */
type News =
  | { readonly kind: 'wake'; readonly wake: Wake }
  | { readonly kind: 'read'; readonly completion: Completion | undefined; readonly learnedBy: LearnedBy };

/** The first of these, if it comes before `until` (ms since the epoch). */
async function firstOf(news: readonly Promise<News>[], clock: Clock, until: number): Promise<News | undefined> {
  const alarm = new AbortController();
  try {
    return await Promise.race([...news, clock.sleep(Math.max(0, until - clock.now()), alarm.signal).then(() => undefined)]);
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
