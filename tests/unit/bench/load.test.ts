import { planLoad, type LoadPlan } from '../../../bench/load';

const PLAN: LoadPlan = { seed: 1, requests: 4000, block: 50, rate: 20, agentMedian: 250, agentSigma: 0.6 };

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

test('a plan has the same requests for the same seed, and other requests for another seed', () => {
  expect(planLoad(PLAN)).toEqual(planLoad(PLAN));
  expect(planLoad({ ...PLAN, seed: 2 })).not.toEqual(planLoad(PLAN));
});

test('a plan puts each request into one block, in order, and each block begins at 0 ms', () => {
  const blocks = planLoad({ ...PLAN, requests: 120 });
  expect(blocks.map((block) => block.length)).toEqual([50, 50, 20]);
  expect(blocks.flat().map(({ index }) => index)).toEqual(Array.from({ length: 120 }, (_, i) => i));
  for (const block of blocks) {
    expect(block[0]?.atMs).toBe(0);
    expect(block.map(({ atMs }) => atMs)).toEqual(block.map(({ atMs }) => atMs).sort((a, b) => a - b));
  }
});

test('the arrivals of a plan have the given rate and the gaps of a Poisson process', () => {
  const gaps = planLoad(PLAN).flatMap((block) => block.slice(1).map(({ atMs }, i) => atMs - (block[i]?.atMs ?? 0)));
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  expect(Math.abs(mean - 50)).toBeLessThan(2.5);
  // The median of an exponential distribution is ln 2 of its mean.
  expect(Math.abs(median(gaps) / mean - Math.LN2)).toBeLessThan(0.05);
});

test('the answer times of the agent have the given median and spread', () => {
  const times = planLoad(PLAN)
    .flat()
    .map(({ agentMs }) => agentMs);
  expect(Math.abs(median(times) - 250)).toBeLessThan(12);
  const logs = times.map((ms) => Math.log(ms / 250));
  const deviation = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length);
  expect(Math.abs(deviation - 0.6)).toBeLessThan(0.03);
});
