import { TimeHistogram } from '../../../bench/histogram';

test('the percentiles of recorded times are exact to 0.2 %', () => {
  const times = new TimeHistogram();
  for (let ms = 1; ms <= 1000; ms++) times.record(ms);
  const { p50, p90, p99, max, mean } = times.summary();
  for (const [measured, exact] of [
    [p50, 500],
    [p90, 900],
    [p99, 990],
    [max, 1000],
    [mean, 500.5],
  ] as const) {
    expect(Math.abs(measured / exact - 1)).toBeLessThan(0.002);
  }
});

test('the maximum shows a single slow answer among thousands of answers', () => {
  const times = new TimeHistogram();
  for (let i = 0; i < 5000; i++) times.record(10);
  times.record(8000);
  expect(times.summary().p99).toBeCloseTo(10, 1);
  expect(Math.abs(times.summary().max - 8000)).toBeLessThan(10);
});

test('a histogram without times has zero in each percentile and an empty distribution', () => {
  expect(new TimeHistogram().summary()).toEqual({ mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
  expect(new TimeHistogram().distribution()).toEqual([]);
});

test('the distribution rises from the shortest to the longest time', () => {
  const times = new TimeHistogram();
  for (let ms = 1; ms <= 100; ms++) times.record(ms);
  const curve = times.distribution(50);
  expect(curve[0]?.ms).toBeLessThan(3);
  expect(curve.at(-1)).toEqual({ ms: expect.closeTo(100, 0), share: 1 });
  expect(curve.map(({ ms }) => ms)).toEqual(curve.map(({ ms }) => ms).sort((a, b) => a - b));
});
