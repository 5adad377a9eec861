import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { assignCohort, bucketOf } from '../../functions/core/rollout';

const rollout = (percent: number, useEventDriven = true) => ({ useEventDriven, mode: 'bus' as const, percent });

test('a request id always gets the same bucket, from 0 to 99', () => {
  fc.assert(
    fc.property(fc.string(), (id) => {
      expect(bucketOf(id)).toBe(bucketOf(id));
      expect(bucketOf(id)).toBeGreaterThanOrEqual(0);
      expect(bucketOf(id)).toBeLessThan(100);
    }),
  );
});

test('an event-driven request stays event-driven when the share grows', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat(100), fc.nat(100), (id, a, b) => {
      const [small, large] = [Math.min(a, b), Math.max(a, b)];
      if (assignCohort(id, rollout(small)) === 'event-driven') {
        expect(assignCohort(id, rollout(large))).toBe('event-driven');
      }
    }),
  );
});

test('no request is event-driven at 0 % or without the setting useEventDriven, and every request is at 100 %', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat(100), (id, percent) => {
      expect(assignCohort(id, rollout(0))).toBe('polling');
      expect(assignCohort(id, rollout(100))).toBe('event-driven');
      expect(assignCohort(id, rollout(percent, false))).toBe('polling');
    }),
  );
});

test.each([10, 25, 50])('%i %% of random request ids are event-driven, within five standard deviations', (percent) => {
  const n = 20_000;
  const inside = Array.from({ length: n }, () => assignCohort(randomUUID(), rollout(percent))).filter(
    (cohort) => cohort === 'event-driven',
  ).length;
  const p = percent / 100;
  expect(Math.abs(inside - n * p)).toBeLessThan(5 * Math.sqrt(n * p * (1 - p)));
});

test('request ids that differ only in their last characters are spread over all buckets', () => {
  const buckets = new Set(Array.from({ length: 1000 }, (_, i) => bucketOf(`request-${i}`)));
  expect(buckets.size).toBe(100);
});
