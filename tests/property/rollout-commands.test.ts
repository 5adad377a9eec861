import fc from 'fast-check';
import { rollBack } from '../../functions/core/roll-back';
import { next, off, resume, set, type Operation } from '../../rollout/commands';
import { nextStage, STAGES } from '../../rollout/stages';
import { RolloutInMemory } from '../support/rollout-items';

type Step =
  | { readonly do: 'next' | 'off' | 'resume' | 'rollback' }
  | { readonly do: 'set'; readonly percent: number; readonly force: boolean }
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'alarm'; readonly on: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'next' } as const) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'off' } as const, { do: 'resume' } as const, { do: 'rollback' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      percent: fc.constantFrom(...STAGES.map((stage) => stage.percent)),
      force: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('alarm' as const), on: fc.boolean() }) },
);

test('unforced steps go up one stage at a time and without alarms, and a rollback holds until resume', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const store = new RolloutInMemory(undefined);
      let now = 0;
      let alarms: string[] = [];
      const operation: Operation = {
        store,
        watch: {
          alarms: async () => ({ on: alarms, isWatched: true }),
          probeReturned: async () => true,
          figures: async () => ({ responseMs: 100, errorRate: 0 }),
        },
        now: () => now,
        initialPercent: 0,
        useEventDriven: true,
        timeFactor: 1,
      };
      for (const each of steps) {
        const before = store.item;
        const percent = before?.percent ?? 0;
        const force = each.do === 'set' && each.force;
        const reason = { by: 'ann', why: 'because', force };
        if (each.do === 'wait') now += each.hours * 3_600_000;
        if (each.do === 'alarm') alarms = each.on ? ['x'] : [];
        if (each.do === 'next') await next(operation, reason);
        if (each.do === 'off') await off(operation, reason);
        if (each.do === 'resume') await resume(operation, reason);
        if (each.do === 'set') await set(operation, each.percent, reason);
        if (each.do === 'rollback') {
          await rollBack(store, { alarm: 'x', reason: 'y', initialPercent: 0, now: operation.now, onRolledBack: () => undefined });
        }
        const after = store.item;
        if (after === before) continue;
        if (!after) throw new Error('the item went away');

        expect(after.since).toBeGreaterThan(before?.since ?? -1);
        expect(after.percentBefore).toBe(percent);
        expect(store.records.get(after.since)).toEqual(after);
        if (before?.latched) expect([each.do, after.percent]).toEqual(['resume', 0]);
        if (after.percent > percent && !force) {
          expect(after.percent).toBe(nextStage(percent)?.percent);
          expect(alarms).toEqual([]);
          expect(after.baseline).toBeDefined();
        }
      }
    }),
  );
});
