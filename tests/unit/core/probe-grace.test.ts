import { ENVIRONMENT_ID, mustReturn } from '../../../functions/core/probe-grace';
import { isTunnelName } from '../../../functions/core/tunnel';

const GRACE_MS = 900_000;

test.each([
  ['the first probe of an environment', 0, false],
  ['a probe just before the end of the grace', GRACE_MS - 1, false],
  ['a probe at the end of the grace', GRACE_MS, true],
  ['a probe a year later', 365 * 24 * 60 * 60_000, true],
])('mustReturn() for %s, %d ms after the first start, is %s', (_, ageMs, expected) => {
  expect(mustReturn(1_000_000 + ageMs, 1_000_000, GRACE_MS)).toBe(expected);
});

test('without a grace the first probe must return', () => expect(mustReturn(1_000_000, 1_000_000, 0)).toBe(true));

test("the key of the environment's item is no tunnel's name", () => expect(isTunnelName(ENVIRONMENT_ID)).toBe(false));
