import fc from 'fast-check';
import { countInFlight, enterInFlight, type RequestInFlight } from '../../../functions/core/in-flight';
import { VirtualClock } from '../../support/virtual-clock';

const LIMIT = { maxInFlight: 200, deadlineMs: 28_000 };
/** At a limit of 200, one request in eight is a sample: the first 32 bits of its id are divisible by 8. */
const SAMPLE = '00000008-0000-4000-8000-000000000000';
const OTHER = '00000009-0000-4000-8000-000000000000';

function entering(requestId: string, enter: () => Promise<void> = async () => undefined, maxInFlight = LIMIT.maxInFlight) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const errors: unknown[] = [];
  const store = {
    enter: async () => (log.push('enter'), enter()),
    leave: async (request: RequestInFlight) => void log.push(`leave ${request.owner}`),
  };
  const request = { owner: 'ann', requestId, arrivedAt: clock.now() };
  const leave = enterInFlight(request, { store, maxInFlight, clock, onError: (error) => errors.push(error) });
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
    expect(log).toEqual(['enter']);
    await leave();
    expect(log).toEqual(['enter', 'leave ann']);
  });

  test('that is a sample is entered at once', () => {
    expect(entering(SAMPLE).log).toEqual(['enter']);
  });

  test.each([1, 25, 49])('is always a sample when the limit is %i', (maxInFlight) => {
    expect(entering(OTHER, undefined, maxInFlight).log).toEqual(['enter']);
  });

  test('leaves also when its entry has failed, because a write that has timed out may still have arrived', async () => {
    const { log, errors, leave } = entering(SAMPLE, async () => Promise.reject(new Error('timed out')));
    await leave();
    expect(errors).toEqual([new Error('timed out')]);
    expect(log).toEqual(['enter', 'leave ann']);
  });

  test('waits at most 100 ms at its end for an entry that hangs, and leaves after the entry', async () => {
    let enter: () => void = () => undefined;
    const { clock, log, leave } = entering(SAMPLE, () => new Promise((resolve) => (enter = resolve)));
    let over = false;
    const left = leave().then(() => (over = true));
    await clock.advance(99);
    expect(over).toBe(false);
    await clock.advance(1);
    await left;
    expect(log).toEqual(['enter']);
    enter();
    await clock.advance(0);
    expect(log).toEqual(['enter', 'leave ann']);
  });
});

describe('the count of requests in flight', () => {
  const NOW = 1_000_000;
  const count = (...ages: number[]): number =>
    countInFlight(
      ages.map((age) => NOW - age),
      NOW,
      LIMIT,
    );

  test('counts a young sample for eight requests, and an older request for itself', () => {
    expect([count(), count(0), count(1099), count(1100), count(28_000), count(0, 5000, 6000)]).toEqual([0, 8, 8, 1, 1, 10]);
  });

  test('does not count an entry after the deadline of its request, whatever has become of the removal', () => {
    expect(count(28_001, 100_000)).toBe(0);
  });

  test('counts every request exactly when the limit is small', () => {
    expect(countInFlight([NOW, NOW - 10, NOW - 5000], NOW, { ...LIMIT, maxInFlight: 25 })).toBe(3);
  });

  test('is the number of requests on average, while they are young', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid({ version: 4 }), { minLength: 4000, maxLength: 4000 }), (ids) => {
        const samples = ids.filter((id) => entering(id).log.length > 0);
        const estimate = countInFlight(
          samples.map(() => NOW),
          NOW,
          LIMIT,
        );
        // Seven standard deviations of the estimate: 8 * sqrt(4000 / 8 * 7 / 8) = 167.
        expect(Math.abs(estimate - ids.length)).toBeLessThan(7 * 167);
      }),
      { numRuns: 5 },
    );
  });
});
