import { DAMAGES, FrozenWaiter } from './frozen-waiter';

/**
 * A waiter for every damage, all frozen at once.
 * @param factor divides freezes and what is measured against them; 1 for real time
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
    /** Asks each after so long in the ice, in real ms. */
    async answeredByTheNextRead(ms: number): Promise<void> {
      const answers = await Promise.all(waiters.map((waiter, i) => waiter.askAfter(ms / factor, DAMAGES[i] ?? 'nothing')));
      for (const [i, { text, lateReads }] of answers.entries()) {
        expect(text).toBe(`after ${ms / factor} ms, ${DAMAGES[i]}`);
        // A failure names the damage.
        expect({ damage: DAMAGES[i], lateReads, inTime: lateReads <= 1 }).toMatchObject({ inTime: true });
      }
      for (const waiter of waiters) await waiter.noPendingRows();
    },
  };
}
