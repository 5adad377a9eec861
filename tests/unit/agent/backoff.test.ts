import { Backoff } from '../../../agent/backoff';

const ALMOST_ONE = 0.999_999;

describe('Backoff', () => {
  it('doubles the longest possible wait with each failure, up to the cap', () => {
    const backoff = new Backoff(500, 30_000, () => ALMOST_ONE);
    const waits = Array.from({ length: 9 }, () => backoff.next());
    expect(waits).toEqual([499, 999, 1999, 3999, 7999, 15_999, 29_999, 29_999, 29_999]);
  });

  it('multiplies the longest possible wait by a random number from 0 to 1', () => {
    const draws = [0, 0.5, 0.25];
    const backoff = new Backoff(1000, 30_000, () => draws.shift() ?? 1);
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 1000, 1000]);
  });

  it('starts again with the first wait after a reset', () => {
    const backoff = new Backoff(500, 30_000, () => ALMOST_ONE);
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(499);
  });

  it('stays at the cap after thousands of failures', () => {
    const backoff = new Backoff(500, 30_000, () => ALMOST_ONE);
    const waits = Array.from({ length: 5000 }, () => backoff.next());
    expect(waits.at(-1)).toBe(29_999);
  });
});
