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

test('the share is due for a read at the start, and again after five seconds', () => {
  const { live, pass } = share();
  expect(live.isDue).toBe(true);
  live.heard(rolloutItem());
  expect(live.isDue).toBe(false);
  pass(5 * SECOND - 1);
  expect(live.isDue).toBe(false);
  pass(1);
  expect(live.isDue).toBe(true);
});

test('the share is due for a read when the clock was set back', () => {
  const { live, pass } = share();
  live.heard(rolloutItem());
  pass(-1);
  expect(live.isDue).toBe(true);
});

test('the share is that of the rollout item, or the initial share when there is no item', () => {
  const { live } = share(40);
  expect(live.percent).toBe(40);
  live.heard(rolloutItem({ percent: 25 }));
  expect(live.percent).toBe(25);
  live.heard(undefined);
  expect(live.percent).toBe(40);
});

test('an unreadable item keeps the last share for a minute, then means 0 %, and each failure is reported', () => {
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

test('an item that was never readable means a share of 0 %, whatever the initial share is', () => {
  const { live } = share(100);
  live.unreadable(new Error('denied'));
  expect(live.percent).toBe(0);
});

test('the share is not due for a read directly after a failed read', () => {
  const { live } = share();
  live.unreadable(new Error('throttled'));
  expect(live.isDue).toBe(false);
});

test.each([
  ['of another version', { ...rolloutItem(), version: 2 }],
  ['with a share above 100', rolloutItem({ percent: 101 })],
  ['with a share that is not a whole number', rolloutItem({ percent: 12.5 })],
  ['with a share that is a string', { ...rolloutItem(), percent: '25' }],
  ['without a share', { ...rolloutItem(), percent: undefined }],
  ['with an invalid time', rolloutItem({ since: Number.MAX_SAFE_INTEGER })],
  ['with an invalid baseline', { ...rolloutItem(), baseline: { at: 1, responseMs: '300', errorRate: 0 } }],
])('an item %s counts as unreadable', (_, item) => {
  const { live, unreadable } = share();
  live.heard(rolloutItem({ percent: 50 }));
  live.heard(item);
  expect(live.percent).toBe(50);
  expect(unreadable).toEqual([expect.objectContaining({ message: 'the rollout item is malformed' })]);
});
