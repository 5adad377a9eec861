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

test('a rollback sets a latched share of 0 %, and records the alarm, the reason and the previous share', async () => {
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

test('a rollback keeps the baseline of the rollout', async () => {
  const baseline = { at: 1, responseMs: 300, errorRate: 0 };
  const store = new RolloutInMemory(rolloutItem({ baseline }));
  await rollingBack(store).run();
  expect(store.item?.baseline).toEqual(baseline);
});

test.each([
  ['without an item', new RolloutInMemory(undefined), 100],
  ['with an unreadable item', new RolloutInMemory(undefined, true), 0],
  ['whose share is already 0 %', new RolloutInMemory(rolloutItem({ percent: 0 })), 0],
  ['that is latched at another share than 0 %', new RolloutInMemory(rolloutItem({ percent: 10, latched: true })), 10],
])('a rollback latches a rollout %s', async (_, store, percentBefore) => {
  await expect(rollingBack(store).run()).resolves.toMatchObject({ percentBefore, percent: 0 });
  expect(store.item).toMatchObject({ percent: 0, latched: true });
});

test('a rollback reads the rollout once when no other change happens at the same time', async () => {
  const store = new RolloutInMemory(rolloutItem());
  const read = jest.spyOn(store, 'read');
  await rollingBack(store).run();
  expect(read).toHaveBeenCalledTimes(1);
});

test('a second rollback changes nothing, counts nothing, and returns the result of the first rollback', async () => {
  const store = new RolloutInMemory(rolloutItem({ percent: 50 }));
  const { run, made } = rollingBack(store);
  const first = await run();
  const item = store.item;
  await expect(run()).resolves.toEqual(first);
  expect(store.item).toBe(item);
  expect(made()).toBe(1);
});

test('a second rollback writes the record that the first rollback failed to write', async () => {
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

test('a rollback overrides a share that an operator sets at the same time', async () => {
  const store = new RolloutInMemory(rolloutItem({ percent: 10 }));
  store.beforeReplace = () => {
    store.beforeReplace = () => undefined;
    store.item = rolloutItem({ percent: 25, since: NOW - 1 });
  };
  await expect(rollingBack(store).run()).resolves.toMatchObject({ percentBefore: 25 });
  expect(store.item).toMatchObject({ percent: 0, latched: true });
});

test('a rollback fails when the rollout changes during each of the five attempts, so that Lambda retries the rollback', async () => {
  const store = new RolloutInMemory(rolloutItem());
  let since = NOW;
  store.beforeReplace = () => (store.item = rolloutItem({ since: since++ }));
  const error: unknown = await rollingBack(store)
    .run()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RollBackError);
  expect(error).toMatchObject({
    name: 'RollBackError',
    message: `others changed the rollout 5 times during the roll-back for ${ALARM}, so the roll-back failed`,
  });
  expect(since - NOW).toBe(5);
});

test('a rollback has a later time than the previous change, even if the clocks disagree', async () => {
  const store = new RolloutInMemory(rolloutItem({ since: NOW + 5000 }));
  await rollingBack(store).run();
  expect(store.item?.since).toBe(NOW + 5001);
});

test('a change of the rollout also writes the missing record of the previous change', async () => {
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
