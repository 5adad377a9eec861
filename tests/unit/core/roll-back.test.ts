import { rollBack, RollBackError } from '../../../functions/core/roll-back';
import { changeRollout } from '../../../functions/core/rollout-store';
import { RolloutInMemory, rolloutItem } from '../../support/rollout-items';

const NOW = 2_000_000;
const ALARM = 'http-tunnel-prod-rollback';

function rollingBack(store: RolloutInMemory) {
  let made = 0;
  const asked = { alarm: ALARM, reason: 'too many errors', initialPercent: 100, now: () => NOW, onRolledBack: () => made++ };
  return { run: () => rollBack(store, asked), made: () => made };
}

test('sets 0 %, latched, and says by which alarm, why, and from where', async () => {
  const store = new RolloutInMemory(rolloutItem({ percent: 50 }));
  await expect(rollingBack(store).run()).resolves.toEqual({
    percentBefore: 50,
    percent: 0,
    alarm: ALARM,
    reason: 'too many errors',
    at: new Date(NOW).toISOString(),
  });
  expect(store.item).toMatchObject({ percent: 0, percentBefore: 50, latched: true, by: ALARM, why: 'too many errors', since: NOW });
  expect(store.records.get(NOW)).toEqual(store.item);
});

test('keeps the baseline, which the way forward again is held against', async () => {
  const baseline = { at: 1, responseMs: 300, errorRate: 0 };
  const store = new RolloutInMemory(rolloutItem({ baseline }));
  await rollingBack(store).run();
  expect(store.item?.baseline).toEqual(baseline);
});

test.each([
  ['no item', new RolloutInMemory(undefined), 100],
  ['an item that cannot be read', new RolloutInMemory(undefined, true), 0],
  ['somebody having set 0 %', new RolloutInMemory(rolloutItem({ percent: 0 })), 0],
])('latches in spite of %s', async (_, store, percentBefore) => {
  await expect(rollingBack(store).run()).resolves.toMatchObject({ percentBefore, percent: 0 });
  expect(store.item).toMatchObject({ percent: 0, latched: true });
});

test('a second call changes nothing, counts nothing, and returns the first one', async () => {
  const store = new RolloutInMemory(rolloutItem({ percent: 50 }));
  const { run, made } = rollingBack(store);
  const first = await run();
  const item = store.item;
  await expect(run()).resolves.toEqual(first);
  expect(store.item).toBe(item);
  expect(made()).toBe(1);
});

test('a call whose record was not written is completed by the next', async () => {
  const store = new RolloutInMemory(rolloutItem());
  const record = store.record.bind(store);
  store.record = () => Promise.reject(new Error('throttled'));
  const { run, made } = rollingBack(store);
  await expect(run()).rejects.toThrow('throttled');
  expect(store.item).toMatchObject({ percent: 0, latched: true });
  store.record = record;
  await run();
  expect(store.records.get(NOW)).toEqual(store.item);
  expect(made()).toBe(1);
});

test('wins over an operator who advances at the same time', async () => {
  const store = new RolloutInMemory(rolloutItem({ percent: 10 }));
  store.beforeReplace = () => {
    store.beforeReplace = () => undefined;
    store.item = rolloutItem({ percent: 25, since: NOW - 1 });
  };
  await expect(rollingBack(store).run()).resolves.toMatchObject({ percentBefore: 25 });
  expect(store.item).toMatchObject({ percent: 0, latched: true });
});

test('throws when others never leave it alone, so that Lambda tries again', async () => {
  const store = new RolloutInMemory(rolloutItem());
  let since = NOW;
  store.beforeReplace = () => (store.item = rolloutItem({ since: since++ }));
  await expect(rollingBack(store).run()).rejects.toBeInstanceOf(RollBackError);
});

test('each change is later than the one before, even where clocks disagree', async () => {
  const store = new RolloutInMemory(rolloutItem({ since: NOW + 5000 }));
  await rollingBack(store).run();
  expect(store.item?.since).toBe(NOW + 5001);
});

test('a change makes up for the record that the one before did not get', async () => {
  const before = rolloutItem();
  const store = new RolloutInMemory(before);
  await changeRollout(
    store,
    await store.read(),
    { percent: 50, by: 'bob', why: 'next stage', latched: false },
    { now: NOW, initialPercent: 0 },
  );
  expect([...store.records.values()]).toEqual([before, store.item]);
});
