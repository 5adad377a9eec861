import fc from 'fast-check';
import { MetricStore, type Datum } from '../../../emulator/cloudwatch/metrics/metric-store';
import type { MetricQuery } from '../../../emulator/observations';

const MINUTE = 60_000;
const START = Math.ceil(1_795_000_000_000 / (60 * MINUTE)) * 60 * MINUTE;
const ID = { namespace: 'Test', name: 'Time', dimensions: { service: 'visit', cohort: 'polling' } };

let now = START;
beforeEach(() => (now = START));
const open = (timeFactor = 1): MetricStore => new MetricStore({ timeFactor, now: () => now });
const add = (store: MetricStore, value: number, at: number, more: Partial<Datum> = {}): void =>
  store.add({ ...ID, unit: 'Milliseconds', value, at, ...more });
const values = (store: MetricStore, query: Partial<MetricQuery> = {}): [number, number][] =>
  store
    .read({ ...ID, statistic: 'Sum', periodMs: MINUTE, from: START, to: START + 10 * MINUTE, ...query })
    .map(({ at, value }) => [(at - START) / 1000, value]);

test('a metric is found only by its complete set of dimensions, in any order', () => {
  const store = open();
  add(store, 1, START);
  expect(values(store, { dimensions: { cohort: 'polling', service: 'visit' } })).toEqual([[0, 1]]);
  expect(values(store, { dimensions: { service: 'visit' } })).toEqual([]);
  expect(values(store, { dimensions: { ...ID.dimensions, mode: 'bus' } })).toEqual([]);
  expect(store.list()).toEqual([{ ...ID, unit: 'Milliseconds' }]);
});

test.each<[string, number]>([
  ['Sum', 110],
  ['Average', 22],
  ['Minimum', 5],
  ['Maximum', 50],
  ['SampleCount', 5],
  ['p0', 5],
  ['p50', 15],
  ['p100', 50],
])('the store computes %s over the values of a minute', (statistic, expected) => {
  const store = open();
  for (const value of [5, 10, 15, 30, 50]) add(store, value, START + 10_000);
  const [point] = values(store, { statistic });
  expect(point?.[1]).toBeGreaterThan(expected * 0.99);
  expect(point?.[1]).toBeLessThan(expected * 1.01);
});

test('an unknown statistic is refused with an error that names it', () => {
  expect(() => values(open(), { statistic: 'tm99' })).toThrow('no statistic "tm99"');
});

test('the store keeps standard resolution by the minute and high resolution by the second', () => {
  const store = open();
  for (const at of [0, 11_000, 59_000]) add(store, 1, START + at);
  expect(values(store, { periodMs: 10_000 })).toEqual([[0, 3]]);
  const fine = { dimensions: { service: 'fine' } };
  for (const at of [0, 11_000, 11_500, 59_000]) add(store, 1, START + at, { ...fine, highResolution: true });
  expect(values(store, { ...fine, periodMs: 10_000 })).toEqual([
    [0, 1],
    [10, 2],
    [50, 1],
  ]);
  expect(values(store, { ...fine, periodMs: 1000, from: START + 11_000, to: START + 12_000 })).toEqual([[11, 2]]);
  expect(values(store, fine)).toEqual([[0, 4]]);
});

test('the store merges seconds into minutes after 15 minutes, and forgets all values after three hours', () => {
  const store = open();
  const fine = { highResolution: true };
  add(store, 1, START + 5000, fine);
  add(store, 2, START + 15_000, fine);
  now = START + 20 * MINUTE;
  add(store, 4, now, fine);
  expect(values(store, { periodMs: 10_000, to: now + MINUTE })).toEqual([
    [0, 3],
    [1200, 4],
  ]);
  now = START + 200 * MINUTE;
  add(store, 8, now, fine);
  expect(values(store, { to: now + MINUTE })).toEqual([
    [1200, 4],
    [12_000, 8],
  ]);
});

test('values older than three hours or more than two hours ahead are not stored', () => {
  const store = open();
  add(store, 1, START - 181 * MINUTE);
  add(store, 1, START + 121 * MINUTE);
  expect(store.list()).toEqual([]);
});

test('a time factor divides the length of a minute in the store', () => {
  const store = open(60);
  for (const at of [0, 900, 1000, 2500]) add(store, 1, START + at);
  expect(values(store, { periodMs: 1000 })).toEqual([
    [0, 2],
    [1, 1],
    [2, 1],
  ]);
  expect(values(store)).toEqual([[0, 4]]);
});

test('the store keeps at most 5,000 metrics and warns once about further metrics', () => {
  const warnings: string[] = [];
  const store = new MetricStore({ now: () => now, log: { warn: (text) => warnings.push(text) } });
  for (let id = 0; id < 5010; id++) add(store, 1, START, { dimensions: { id: String(id) } });
  expect(store.list()).toHaveLength(5000);
  expect(warnings).toHaveLength(1);
});

test('the store counts each value exactly once for any factor and period, and percentiles are within 1.1 %', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: fc.integer({ min: 0, max: 599_999 }), value: fc.double({ min: 0.01, max: 1e6, noNaN: true }) }), {
        minLength: 1,
        maxLength: 200,
      }),
      fc.constantFrom(1, 7, 12, 60),
      fc.constantFrom(1, 2, 5),
      fc.boolean(),
      (data, factor, minutes, highResolution) => {
        const store = open(factor);
        for (const { at, value } of data) add(store, value, START + at, { highResolution });
        const periodMs = (minutes * MINUTE) / factor;
        const query = { periodMs, to: START + 600_000 + periodMs };
        const counts = values(store, { ...query, statistic: 'SampleCount' });
        expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(data.length);
        const whole = { from: START, to: START + 10 * MINUTE, periodMs: 10 * MINUTE };
        const median = values(store, { ...whole, statistic: 'p50' })[0]?.[1] ?? NaN;
        const sorted = data.map(({ value }) => value).sort((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
        expect(Math.abs(median - exact)).toBeLessThanOrEqual(exact * 0.011);
      },
    ),
    { numRuns: 60 },
  );
});
