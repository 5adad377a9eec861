import { AWS_LATENCY, type LatencyOperation } from '../../../emulator/latency/aws-latency';
import { AWS_PROFILE, generator, latencyOf, NO_LATENCY, type Latency } from '../../../emulator/latency/latency-profile';

const OPERATIONS = Object.keys(AWS_LATENCY) as LatencyOperation[];

const draw = (latency: Latency | undefined, operation: LatencyOperation, times: number): number[] =>
  Array.from({ length: times }, () => latency?.(operation) ?? NaN);

const quantile = (values: readonly number[], q: number): number => [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? NaN;

test.each(OPERATIONS)('the latency profile for %s has the given median and 99th percentile', (operation) => {
  const { medianMs, p99Ms } = AWS_LATENCY[operation];
  const drawn = draw(latencyOf(AWS_PROFILE, 1), operation, 40_000);
  expect(quantile(drawn, 0.5) / medianMs).toBeCloseTo(1, 1);
  expect(Math.abs(quantile(drawn, 0.99) / p99Ms - 1)).toBeLessThan(0.1);
});

test('the same seed gives the same latencies, whatever other operations are drawn in between', () => {
  const one = latencyOf(AWS_PROFILE, 7);
  const other = latencyOf(AWS_PROFILE, 7);
  draw(other, 'PutEvents', 3);
  expect(draw(one, 'DynamoDB read', 20)).toEqual(draw(other, 'DynamoDB read', 20));
});

test('another seed gives other latencies', () => {
  expect(draw(latencyOf(AWS_PROFILE, 1), 'PutEvents', 5)).not.toEqual(draw(latencyOf(AWS_PROFILE, 2), 'PutEvents', 5));
});

test('the first numbers of neighbouring seeds and streams differ by more than 0.0001', () => {
  const first = [0, 1, 2, 3].flatMap((seed) => [0, 1, 2, 3].map((stream) => generator(seed, stream)()));
  const gaps = first.sort((a, b) => a - b).map((value, i) => value - (first[i - 1] ?? value - 1));
  expect(Math.min(...gaps)).toBeGreaterThan(1e-4);
});

test('the profile "none" has no latency', () => {
  expect(latencyOf(NO_LATENCY, 1)).toBeUndefined();
});

test.each(OPERATIONS)('the latency figure of %s names its source', (operation) => {
  const { medianMs, p99Ms, basis, source } = AWS_LATENCY[operation];
  expect(p99Ms).toBeGreaterThan(medianMs);
  expect(source.length).toBeGreaterThan(20);
  if (basis === 'documented') expect(source).toContain('https://');
});
