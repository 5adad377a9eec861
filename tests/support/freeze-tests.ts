import { DAMAGES, FrozenWaiter } from './frozen-waiter';

/**
 * Starts one waiter for each kind of damage; all are frozen at the same time.
 * @param factor divides the freezes and the times that they are compared with; 1 for real time
 */
export function frozenWaiters(factor: number) {
  let waiters: FrozenWaiter[] = [];
  beforeAll(async () => {
    waiters = await Promise.all(DAMAGES.map(() => FrozenWaiter.start(factor)));
  });
  afterAll(async () => {
    await Promise.all(waiters.map((waiter) => waiter.close()));
  });

  return {
    /** Sends a request to each waiter after a freeze of `ms`. @param ms in real time */
    async answeredByTheNextRead(ms: number): Promise<void> {
      const answers = await Promise.all(waiters.map((waiter, i) => waiter.askAfter(ms / factor, DAMAGES[i] ?? 'nothing')));
      for (const [i, { text, lateReads }] of answers.entries()) {
        expect(text).toBe(`after ${ms / factor} ms, ${DAMAGES[i]}`);
        // The next read finds the answer. A wake that comes during this read makes the waiter read once more. With `damage` in the object, the
        // message of a failure names it.
        expect({ damage: DAMAGES[i], lateReads, inTime: lateReads <= 2 }).toMatchObject({ inTime: true });
      }
      for (const waiter of waiters) await waiter.noPendingRows();
    },
  };
}
