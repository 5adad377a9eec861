import { AWS_PROFILE } from '../../../emulator/latency/latency-profile';
import { parseLoadOptions, type LoadOptions } from '../../../bench/load-test/options';
import { steadyLoad } from '../../../bench/load-test/steady-load';

const { rate, ramp, hold } = steadyLoad({ vus: 100, ramp: 60_000, duration: 300_000, agentMs: 2500 });

test('the request rate keeps the given number of requests in flight', () => {
  expect(rate * 2.56).toBeCloseTo(100, 5);
  expect(hold).toHaveLength(Math.floor(rate * 300));
});

test('requests arrive at equal intervals while the load is held', () => {
  const gaps = hold.slice(1).map(({ atMs }, i) => atMs - (hold[i]?.atMs ?? 0));
  for (const gap of gaps) expect(gap).toBeCloseTo(1000 / rate, 6);
});

test('the ramp grows evenly from zero to the full rate, and ends when the hold phase begins', () => {
  const within = (from: number, to: number): number => ramp.filter(({ atMs }) => atMs >= from && atMs < to).length;
  expect(within(0, 60_000)).toBe(ramp.length);
  // In the middle the rate is half of the full rate, at the end nearly the full rate.
  expect(within(25_000, 35_000) / 10 / rate).toBeCloseTo(0.5, 1);
  expect(within(55_000, 60_000) / 5 / rate).toBeCloseTo(0.96, 1);
});

test('--duration and --ramp of npm run load accept seconds and minutes', () => {
  const { duration, ramp: given } = parseLoadOptions(['--duration', '90s', '--vus', '20']) as LoadOptions;
  expect([duration, given]).toEqual([90_000, 20_000]);
  expect(parseLoadOptions(['--duration', '5m', '--ramp', '30s'])).toMatchObject({
    duration: 300_000,
    ramp: 30_000,
    vus: 100,
    latency: AWS_PROFILE,
  });
});

test.each([[['--duration', '5']], [['--vus', '0']], [['--duration', '-1s']], [['--rampage', '1s']]])(
  'the load options %j are refused',
  (args) => {
    expect(() => parseLoadOptions(args)).toThrow(/see npm run load -- --help$/);
  },
);
