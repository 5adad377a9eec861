import type { Finding } from '../../../chaos/judge/judge';
import { makePlan } from '../../../chaos/plan/make-plan';
import type { Happening, Phase, Plan } from '../../../chaos/plan/plan';
import { around, fewest, shrink } from '../../../chaos/plan/shrink';

const [phase] = makePlan(1, 4000).phases as [Phase];
const finding = (index?: number): Finding => ({ rule: 'lost', text: 'x', count: 1, ...(index !== undefined && { index }) });
const failed = { phase, findings: [finding(1500), finding(1100)] };

test('the part around a failing request has 300 requests before the first one, and 100 after it', () => {
  const part = around(failed);
  expect([part.first, part.requests]).toEqual([800, 400]);
  expect(part.happenings.length).toBeGreaterThan(0);
  expect(part.happenings.every(({ before }) => before >= 800 && before < 1200)).toBe(true);
});

test('the part around a failing request does not go beyond its phase', () => {
  expect(around({ phase, findings: [finding(10)] })).toMatchObject({ first: 0, requests: 110 });
  expect(around({ phase, findings: [finding(1990)] })).toMatchObject({ first: 1690, requests: 310 });
});

test('the whole phase stays when a finding belongs to no request', () => {
  expect(around({ phase, findings: [finding(10), finding()] })).toBe(phase);
});

test('the fewest items that fail together are found', async () => {
  let runs = 0;
  const items = Array.from({ length: 40 }, (_, i) => i);
  const found = await fewest(items, async (left) => (runs++, left.includes(3) && left.includes(31)));
  expect(found).toEqual([3, 31]);
  expect(runs).toBeLessThan(60);
});

test('no item is left when the run fails without any', async () => {
  expect(await fewest([1, 2, 3], async () => true)).toEqual([]);
});

/** Fails while the plan has this happening. */
const failsBy =
  (culprit: Happening) =>
  async ({ phases }: Plan) =>
    phases[0]?.happenings.includes(culprit) ?? false;

test('a plan that fails each time is shortened to the happening that makes it fail', async () => {
  const culprit = around(failed).happenings[4] as Happening;
  const shrunk = await shrink(1, failed, { fails: failsBy(culprit), reruns: 100 });
  expect(shrunk.plan.phases[0]?.happenings).toEqual([culprit]);
  expect(shrunk.confirmed).toEqual({ runs: 2, failures: 2 });
});

test('a plan that does not fail again is not shortened, and the result says so', async () => {
  const shrunk = await shrink(1, failed, { fails: async () => false, reruns: 100 });
  expect(shrunk).toEqual({ plan: { seed: 1, phases: [around(failed)] }, confirmed: { runs: 2, failures: 0 }, reruns: 2 });
});

test('a plan that fails only sometimes gets two attempts for each part', async () => {
  const culprit = around(failed).happenings[4] as Happening;
  let runs = 0;
  // Every second run fails, if the culprit is there.
  const fails = async (plan: Plan) => ++runs % 2 === 0 && (await failsBy(culprit)(plan));
  const shrunk = await shrink(1, failed, { fails, reruns: 200 });
  expect(shrunk.confirmed).toEqual({ runs: 2, failures: 1 });
  expect(shrunk.plan.phases[0]?.happenings).toEqual([culprit]);
});

test('no more reruns are made than allowed', async () => {
  let runs = 0;
  const culprit = around(failed).happenings[4] as Happening;
  const shrunk = await shrink(1, failed, { fails: async (plan) => (runs++, failsBy(culprit)(plan)), reruns: 5 });
  expect([runs, shrunk.reruns]).toEqual([5, 5]);
  expect(shrunk.plan.phases[0]?.happenings).toContain(culprit);
});
