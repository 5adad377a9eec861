import { validateFaultPlan } from '../../../emulator/faults/fault-plan';
import { SCENARIOS, type Scenario } from '../../../rehearse/scenarios';

const all: readonly Scenario[] = SCENARIOS;

test.each(all)('$name has a valid fault plan, all of it begun and ended by the rehearsal', ({ faults }) => {
  expect(() => validateFaultPlan({ faults }, 'scenario')).not.toThrow();
  for (const fault of faults) expect(fault.switched).toBe(true);
});

test('no two scenarios have one name', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

test('what must not roll back ends by itself, and is no mend', () => {
  for (const { seenBy, lastsMs, mends } of all) if (seenBy.length === 0) expect([lastsMs !== undefined, mends]).toEqual([true, undefined]);
});
