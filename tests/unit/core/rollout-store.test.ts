import { changeRollout, percentOf } from '../../../functions/core/rollout-store';
import { RolloutInMemory, rolloutItem } from '../../support/rollout-items';

const NOW = 2_000_000;
const CHANGE = { percent: 50, by: 'bob', why: 'next stage', latched: false };

test.each([
  ['the share of the item', { item: rolloutItem({ percent: 0 }), isMalformed: false }, 0],
  ['0 % when the item cannot be read', { isMalformed: true }, 0],
  ['the share of the environment when there is no item', { isMalformed: false }, 40],
])('the share of a rollout is %s', (_, stored, percent) => {
  expect(percentOf({ ...stored, revision: undefined }, 40)).toBe(percent);
});

test('the first change of a rollout records the share of the environment as the previous share', async () => {
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

test('a change of the rollout has no effect when the item was replaced after the read', async () => {
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
