import { validateFaultPlan } from '../../../emulator/faults/fault-plan';
import { SCENARIOS, type Scenario } from '../../../rehearse/scenarios';

const all: readonly Scenario[] = SCENARIOS;

test.each(all)('the rehearsal scenario $name has a valid fault plan in which every fault is switched', ({ faults }) => {
  expect(() => validateFaultPlan({ faults }, 'scenario')).not.toThrow();
  for (const fault of faults) expect(fault.switched).toBe(true);
});

test('each rehearsal scenario has a fault or a second tenant', () => {
  for (const { name, faults, tenant } of all) expect([name, faults.length > 0 || tenant !== undefined]).toEqual([name, true]);
});

test('all rehearsal scenarios have different names', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

test('a rehearsal scenario that expects no alarm has a fixed duration and no mend', () => {
  for (const { seenBy, lastsMs, mends } of all) if (seenBy.length === 0) expect([lastsMs !== undefined, mends]).toEqual([true, undefined]);
});
