import { DAMAGES, FREEZES, FrozenWaiter } from './frozen-waiter';

/** The latest a visitor may have the response after it is stored, in ms. */
const LATEST_MS = 1500;

/** Declares the tests of freeze and thaw. @param factor 1 for real time */
export function testFreezes(factor: number): void {
  let waiters: FrozenWaiter[] = [];
  beforeAll(async () => {
    waiters = await Promise.all(DAMAGES.map(() => FrozenWaiter.start(factor)));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(waiters.map((waiter) => waiter.close()));
  });

  test.each(Object.entries(FREEZES))(
    'after %s in the ice, whatever befell its socket, a waiter gets the right response within 1.5 s of its completion',
    async (_, ms) => {
      const answers = await Promise.all(waiters.map((waiter, i) => waiter.askAfter(ms / factor, DAMAGES[i] ?? 'nothing')));
      for (const [i, { text, lateByMs }] of answers.entries()) {
        expect(text).toBe(`after ${ms / factor} ms, ${DAMAGES[i]}`);
        // A failure names the damage.
        expect({ damage: DAMAGES[i], lateByMs, inTime: lateByMs < LATEST_MS }).toMatchObject({ inTime: true });
      }
      for (const waiter of waiters) expect(await waiter.pendingRows()).toEqual([]);
    },
    2 * (FREEZES['11 min'] / factor) + 60_000,
  );
}
