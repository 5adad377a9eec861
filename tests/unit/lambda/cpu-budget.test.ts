import { CpuBudget, PERIOD_MS, shareOf } from '../../../emulator/lambda/cpu-budget';

const QUARTER = 0.25;
const QUOTA_MS = QUARTER * PERIOD_MS;

/** A budget of a quarter of a core. Its first period begins at 1000 ms. */
function quarter(): CpuBudget {
  const budget = new CpuBudget(QUARTER);
  budget.begin(1000);
  return budget;
}

test.each([
  [128, 0.0724],
  [512, 0.2894],
  [1769, 1],
  [10_240, 1],
])('%i MB buy a share of %d of one core', (memoryMb, share) => {
  expect(shareOf(memoryMb)).toBeCloseTo(share, 4);
});

test('a process may run until its quota is used up, and then stands still until the end of the period', () => {
  const budget = quarter();
  expect([budget.runMs, budget.waitMs(1000)]).toEqual([QUOTA_MS, 0]);
  budget.spend(2, 1002);
  expect([budget.runMs, budget.waitMs(1002)]).toEqual([QUOTA_MS - 2, 0]);
  budget.spend(3, 1005);
  expect([budget.runMs, budget.waitMs(1005)]).toEqual([0, PERIOD_MS - 5]);
  budget.spend(0, 1020);
  expect([budget.runMs, budget.waitMs(1020)]).toEqual([QUOTA_MS, 0]);
});

test('what is used beyond the quota is paid by the quotas of as many later periods as it takes', () => {
  const budget = quarter();
  // 15 ms are the quotas of three periods: the process may run again at the beginning of the fourth.
  budget.spend(15, 1015);
  expect(budget.waitMs(1015)).toBe(3 * PERIOD_MS - 15);
  budget.spend(0, 1020);
  expect(budget.waitMs(1020)).toBe(2 * PERIOD_MS);
  budget.spend(0, 1060);
  expect([budget.runMs, budget.waitMs(1060)]).toEqual([QUOTA_MS, 0]);
});

test('quota that is not used is lost at the end of its period', () => {
  const budget = quarter();
  budget.spend(0, 1000 + 50 * PERIOD_MS);
  expect(budget.runMs).toBe(QUOTA_MS);
});

test('CPU time counts for the period that has just begun as far as that period has lasted, and the rest for the period before', () => {
  const budget = quarter();
  budget.spend(4, 1022);
  expect(budget.runMs).toBe(QUOTA_MS - 2);
});

test('a period begins with the first invocation after a pause, and a debt is kept from one invocation to the next', () => {
  const budget = quarter();
  budget.begin(1033);
  budget.spend(QUOTA_MS, 1040);
  expect(budget.waitMs(1040)).toBe(13);
  budget.begin(1041);
  expect(budget.waitMs(1041)).toBe(12);
});

test.each([0.07, 0.145, 0.29, 0.9])(
  'a process that always runs when it may gets a share of %d over a second, however late it is looked at',
  (share) => {
    const budget = new CpuBudget(share);
    let now = 0;
    let used = 0;
    let turn = 0;
    budget.begin(now);
    while (now < 1000) {
      const waitMs = budget.waitMs(now);
      if (waitMs > 0) {
        now += waitMs;
        budget.spend(0, now);
        continue;
      }
      // Each third look comes 4 ms late.
      const ranMs = budget.runMs + (turn++ % 3 === 0 ? 4 : 0);
      now += ranMs;
      used += ranMs;
      budget.spend(ranMs, now);
    }
    // All that is owed at the end is paid.
    now += budget.waitMs(now);
    expect(used / now / share).toBeGreaterThan(0.95);
    expect(used / now / share).toBeLessThan(1.05);
  },
);
