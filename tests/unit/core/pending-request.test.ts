import { expiresAt } from '../../../functions/core/pending-request';

test('a row may be removed by its time to live a minute after its deadline, in whole seconds', () => {
  expect(expiresAt(10_000)).toBe(70);
  expect(expiresAt(10_001)).toBe(71);
});
