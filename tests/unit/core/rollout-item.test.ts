import { parseRollout, ROLLOUT_ID } from '../../../functions/core/rollout-item';
import { isTunnelName } from '../../../functions/core/tunnel';
import { rolloutItem } from '../../support/rollout-items';

const BASELINE = { at: 1, responseMs: 300, returnMs: 120, errorRate: 0 };

test.each([
  ['all required fields', rolloutItem()],
  ['0 %', rolloutItem({ percent: 0, percentBefore: 100 })],
  ['100 %', rolloutItem({ percent: 100, percentBefore: 0 })],
  ['a latch', rolloutItem({ latched: true })],
  ['a baseline', rolloutItem({ baseline: BASELINE })],
  ['a baseline of older code, without a return time', rolloutItem({ baseline: { at: 1, responseMs: 300, errorRate: 0 } })],
  ['overruled obstacles', rolloutItem({ overruled: ['alarm'] })],
  ['the latest time that a Date can hold', rolloutItem({ since: 8.64e15 - 1 })],
])('a row with %s is parsed, and the rollout has no key attribute', (_, item) => {
  expect(parseRollout({ tunnelId: ROLLOUT_ID, ...item })).toStrictEqual(item);
});

test.each([
  ['version', 2],
  ['version', '1'],
  ['percent', -1],
  ['percent', 101],
  ['percent', 12.5],
  ['percent', '25'],
  ['percentBefore', -1],
  ['percentBefore', 101],
  ['percentBefore', undefined],
  ['since', 8.64e15],
  ['since', -8.64e15],
  ['since', 1.5],
  ['since', '1'],
  ['by', undefined],
  ['why', undefined],
  ['latched', undefined],
  ['latched', 'true'],
  ['baseline', null],
  ['baseline', { ...BASELINE, at: '1' }],
  ['baseline', { ...BASELINE, responseMs: '300' }],
  ['baseline', { ...BASELINE, responseMs: undefined }],
  ['baseline', { ...BASELINE, returnMs: '120' }],
  ['baseline', { ...BASELINE, errorRate: Infinity }],
])('a row whose %s is %j is not parsed as a rollout', (name, value) => {
  expect(parseRollout({ ...rolloutItem(), [name]: value })).toBeUndefined();
});

test('the key of the rollout item is not a valid tunnel name', () => {
  expect(ROLLOUT_ID).toBe('#rollout');
  expect(isTunnelName(ROLLOUT_ID)).toBe(false);
});
