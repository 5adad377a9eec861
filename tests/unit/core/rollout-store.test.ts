import { changeRollout, percentOf } from '../../../functions/core/rollout-store';
import { RolloutInMemory, rolloutItem } from '../../support/rollout-items';

const NOW = 2_000_000;
const CHANGE = { percent: 50, by: 'bob', why: 'next stage', latched: false };

test.each([
  ['the share of the item', { item: rolloutItem({ percent: 0 }), isMalformed: false }, 0],
  ['0 % where the item cannot be read', { isMalformed: true }, 0],
  ['the share of the environment where there is no item', { isMalformed: false }, 40],
])('%s applies', (_, stored, percent) => {
  expect(percentOf({ ...stored, revision: undefined }, 40)).toBe(percent);
});

test('a change of a rollout that has no item yet begins at the share of the environment', async () => {
  const store = new RolloutInMemory(undefined);
  const replaced: number[] = [];
  const onReplaced = () => replaced.push(store.records.size);
  const item = await changeRollout(store, await store.read(), CHANGE, { now: NOW, initialPercent: 40, onReplaced });
  expect(item).toEqual({ version: 1, ...CHANGE, percentBefore: 40, since: NOW });
  expect(store.item).toBe(item);
  expect([...store.records.values()]).toEqual([item]);
  // The call comes after the item and before its record.
  expect(replaced).toEqual([0]);
});

test('a change that comes too late writes nothing, records nothing and tells nobody', async () => {
  const store = new RolloutInMemory(rolloutItem());
  const stored = await store.read();
  const newer = rolloutItem({ since: NOW });
  store.item = newer;
  const onReplaced = jest.fn();
  await expect(changeRollout(store, stored, CHANGE, { now: NOW, initialPercent: 0, onReplaced })).resolves.toBeUndefined();
  expect(store.item).toBe(newer);
  expect(store.records.size).toBe(0);
  expect(onReplaced).not.toHaveBeenCalled();
});
