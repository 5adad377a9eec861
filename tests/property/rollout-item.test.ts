import fc from 'fast-check';
import { LiveShare } from '../../functions/core/live-share';
import { parseRollout } from '../../functions/core/rollout-item';
import { rolloutItem } from '../support/rollout-items';

/** A valid item in which one field has any value. */
const damaged = fc
  .record({ key: fc.constantFrom(...Object.keys(rolloutItem()), 'baseline'), value: fc.anything() })
  .map(({ key, value }) => ({ ...rolloutItem(), [key]: value }));
const row = fc.oneof(damaged, fc.dictionary(fc.string(), fc.anything()));

test('any row is read as a rollout item with a share from 0 to 100, or as no item', () => {
  fc.assert(
    fc.property(row, (anything) => {
      const item = parseRollout(anything);
      if (!item) return;
      expect(Number.isInteger(item.percent) && item.percent >= 0 && item.percent <= 100).toBe(true);
    }),
  );
});

test('in any order of reads, the share is a good one of the last minute, the initial share, or 0 %', () => {
  const event = fc.record({ waitMs: fc.nat(90_000), row: fc.option(row, { nil: undefined }), fails: fc.boolean() });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      let now = 0;
      let good: { percent: number; at: number } | undefined;
      const live = new LiveShare({ initialPercent: 7, cacheMs: 5000, staleMs: 60_000, now: () => now, onUnreadable: () => undefined });
      for (const { waitMs, row: heard, fails } of events) {
        now += waitMs;
        const item = heard && parseRollout(heard);
        if (fails) live.unreadable(new Error());
        else live.heard(heard);
        if (!fails && (item || heard === undefined)) good = { percent: item?.percent ?? 7, at: now };
        expect(live.percent).toBe(good && now - good.at <= 60_000 ? good.percent : 0);
      }
    }),
  );
});
