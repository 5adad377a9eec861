import { LiveShare } from '../../../functions/core/live-share';
import { rolloutItem } from '../../support/rollout-items';

const SECOND = 1000;

function share(initialPercent = 0) {
  let time = 1_000_000;
  const unreadable: unknown[] = [];
  const live = new LiveShare({
    initialPercent,
    cacheMs: 5 * SECOND,
    staleMs: 60 * SECOND,
    now: () => time,
    onUnreadable: (reason) => unreadable.push(reason),
  });
  return { live, unreadable, pass: (ms: number) => (time += ms) };
}

test('is due at first, and again when five seconds have passed by the wall clock', () => {
  const { live, pass } = share();
  expect(live.isDue).toBe(true);
  live.heard(rolloutItem());
  expect(live.isDue).toBe(false);
  pass(5 * SECOND - 1);
  expect(live.isDue).toBe(false);
  pass(1);
  expect(live.isDue).toBe(true);
});

test('is due after a clock was set back', () => {
  const { live, pass } = share();
  live.heard(rolloutItem());
  pass(-1);
  expect(live.isDue).toBe(true);
});

test('is what the item says; where there is none, what the environment begins with', () => {
  const { live } = share(40);
  expect(live.percent).toBe(40);
  live.heard(rolloutItem({ percent: 25 }));
  expect(live.percent).toBe(25);
  live.heard(undefined);
  expect(live.percent).toBe(40);
});

test('one that cannot be read is the last good one for a minute, then polling, and each time is told of', () => {
  const { live, unreadable, pass } = share(100);
  live.heard(rolloutItem({ percent: 25 }));
  pass(60 * SECOND);
  live.unreadable(new Error('throttled'));
  expect(live.percent).toBe(25);
  pass(1);
  live.unreadable(new Error('throttled'));
  expect(live.percent).toBe(0);
  expect(unreadable).toHaveLength(2);
  live.heard(rolloutItem({ percent: 25 }));
  expect(live.percent).toBe(25);
});

test('one that could never be read is polling, whatever the environment begins with', () => {
  const { live } = share(100);
  live.unreadable(new Error('denied'));
  expect(live.percent).toBe(0);
});

test('a failing table is not asked by every request', () => {
  const { live } = share();
  live.unreadable(new Error('throttled'));
  expect(live.isDue).toBe(false);
});

test.each([
  ['of another version', { ...rolloutItem(), version: 2 }],
  ['above 100', rolloutItem({ percent: 101 })],
  ['no whole number', rolloutItem({ percent: 12.5 })],
  ['text', { ...rolloutItem(), percent: '25' }],
  ['missing', { ...rolloutItem(), percent: undefined }],
  ['good, but its time none', rolloutItem({ since: Number.MAX_SAFE_INTEGER })],
  ['good, but its baseline none', { ...rolloutItem(), baseline: { at: 1, responseMs: '300', errorRate: 0 } }],
])('an item whose share is %s counts as unreadable', (_, item) => {
  const { live, unreadable } = share();
  live.heard(rolloutItem({ percent: 50 }));
  live.heard(item);
  expect(live.percent).toBe(50);
  expect(unreadable).toEqual([expect.objectContaining({ message: 'the rollout item is malformed' })]);
});
