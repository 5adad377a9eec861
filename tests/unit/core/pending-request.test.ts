import { expiresAt } from '../../../functions/core/pending-request';

test('the time to live of a row ends one minute after the deadline, in seconds and rounded up', () => {
  expect(expiresAt(10_000)).toBe(70);
  expect(expiresAt(10_001)).toBe(71);
});
