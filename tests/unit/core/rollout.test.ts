import { assignCohort, bucketOf } from '../../../functions/core/rollout';

// Another bucket for the same id would move requests between the cohorts in the middle of a stage.
test.each([
  ['', 23],
  ['r1', 94],
  ['request-1', 21],
  ['request-2', 92],
  ['7b0c7a9e-6f0e-4f4b-9f7e-2f1f5b7b9c11', 55],
])('the request id "%s" is in bucket %i', (requestId, bucket) => {
  expect(bucketOf(requestId)).toBe(bucket);
});

test('a request is event-driven when the event-driven path is enabled and the share is greater than the bucket of the request', () => {
  const cohortAt = (percent: number, useEventDriven = true) => assignCohort('r1', { useEventDriven, mode: 'bus', percent });
  const bucket = bucketOf('r1');
  expect(cohortAt(bucket)).toBe('polling');
  expect(cohortAt(bucket + 1)).toBe('event-driven');
  expect(cohortAt(100, false)).toBe('polling');
});
