import fc from 'fast-check';
import { countInFlight, enterInFlight, type RequestInFlight } from '../../../functions/core/in-flight';
import { VirtualClock } from '../../support/virtual-clock';

const LIMIT = { maxInFlight: 200, deadlineMs: 28_000 };
/** An id whose first 32 bits are this number. */
const idOf = (number: number): string => `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
/** One request in 50, 16 or 8 is a sample; these are divisible by all three, and by none. */
const SAMPLE = idOf(400);
const OTHER = idOf(401);

function entering(
  requestId: string,
  {
    enter = async () => undefined,
    maxInFlight = LIMIT.maxInFlight,
    count = 0,
  }: { enter?: () => Promise<void>; maxInFlight?: number; count?: number } = {},
) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const errors: unknown[] = [];
  const store = {
    enter: async (_: RequestInFlight, weight: number) => (log.push(`enter ${weight}`), enter()),
    leave: async ({ owner }: RequestInFlight, weight: number) => void log.push(`leave ${owner} ${weight}`),
  };
  const request = { owner: 'ann', requestId, arrivedAt: clock.now() };
  const leave = enterInFlight(request, count, { store, maxInFlight, clock, onError: (error) => errors.push(error) });
  return { clock, log, errors, leave };
}

describe('a request', () => {
  test('that is no sample and ends within a second is never entered', async () => {
    const { clock, log, leave } = entering(OTHER);
    await clock.advance(999);
    await leave();
    await clock.advance(5000);
    expect(log).toEqual([]);
  });

  test('that is no sample is entered after a second, and leaves when it ends', async () => {
    const { clock, log, leave } = entering(OTHER);
    await clock.advance(1000);
    expect(log).toEqual(['enter 1']);
    await leave();
    expect(log).toEqual(['enter 1', 'leave ann 1']);
  });

  test.each([
    [50, 0],
    [50, 49],
    [16, 50],
    [16, 99],
    [8, 100],
    [8, 1000],
  ])('that is a sample is entered at once, and stands for %i requests when %i of 200 are in flight', (weight, count) => {
    expect(entering(SAMPLE, { count }).log).toEqual([`enter ${weight}`]);
    expect(entering(idOf(weight * 3), { count }).log).toEqual([`enter ${weight}`]);
    expect(entering(idOf(weight * 3 + 1), { count }).log).toEqual([]);
  });

  test.each([1, 4, 7])('is always a sample when the limit is %i', (maxInFlight) => {
    expect(entering(OTHER, { maxInFlight }).log).toEqual(['enter 1']);
  });

  test('leaves also when its entry has failed, because a write that has timed out may still have arrived', async () => {
    const { log, errors, leave } = entering(SAMPLE, { enter: async () => Promise.reject(new Error('timed out')) });
    await leave();
    expect(errors).toEqual([new Error('timed out')]);
    expect(log).toEqual(['enter 50', 'leave ann 50']);
  });

  test('waits at most 100 ms at its end for an entry that hangs, and leaves after the entry', async () => {
    let enter: () => void = () => undefined;
    const { clock, log, leave } = entering(SAMPLE, { enter: () => new Promise((resolve) => (enter = resolve)) });
    let over = false;
    const left = leave().then(() => (over = true));
    await clock.advance(99);
    expect(over).toBe(false);
    await clock.advance(1);
    await left;
    expect(log).toEqual(['enter 50']);
    enter();
    await clock.advance(0);
    expect(log).toEqual(['enter 50', 'leave ann 50']);
  });
});

describe('the count of requests in flight', () => {
  const NOW = 1_000_000;
  const count = (...entries: (readonly [age: number, weight: number])[]): number =>
    countInFlight(
      entries.map(([age, weight]) => ({ arrivedAt: NOW - age, weight })),
      NOW,
      LIMIT.deadlineMs,
    );

  test('counts a young sample for the requests that it stands for, and an older request for itself', () => {
    expect(count()).toBe(0);
    expect([count([0, 50]), count([1099, 8]), count([1100, 8]), count([28_000, 8])]).toEqual([50, 8, 1, 1]);
    expect(count([0, 16], [1050, 1], [5000, 50])).toBe(18);
  });

  test('does not count an entry after the deadline of its request, whatever has become of the removal', () => {
    expect(count([28_001, 8], [100_000, 1])).toBe(0);
  });

  test('is the number of requests on average, while they are young, whatever was in flight before', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid({ version: 4 }), { minLength: 4000, maxLength: 4000 }), fc.constantFrom(0, 60, 150), (ids, before) => {
        const weights = ids.flatMap((id) => entering(id, { count: before }).log).map((line) => Number(line.split(' ')[1]));
        const estimate = count(...weights.map((weight) => [0, weight] as const));
        // Seven standard deviations of the estimate; with the largest weight one is sqrt(4000 * 49) = 443.
        expect(Math.abs(estimate - ids.length)).toBeLessThan(7 * 443);
      }),
      { numRuns: 5 },
    );
  });
});
