import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { validateFaultPlan } from '../../../emulator/faults/fault-plan';
import { allowancesOf, emulatorFaults, FAULT_KINDS, faultNames } from '../../../chaos/plan/fault-kinds';
import { makePlan } from '../../../chaos/plan/make-plan';
import { happeningsOf, kindOf, LAB_MODES, PlanError, requestsOf, validatePlan, type Plan } from '../../../chaos/plan/plan';
import { readPlan } from '../../../chaos/plan/read-plan';

test('the same seed makes the same plan, and another seed makes another plan', () => {
  expect(makePlan(7, 5000)).toEqual(makePlan(7, 5000));
  expect(makePlan(7, 5000)).not.toEqual(makePlan(8, 5000));
});

test('a longer run begins with what happens in a shorter run of the same seed', () => {
  const [short, long] = [makePlan(3, 1000), makePlan(3, 20_000)];
  short.phases.forEach(({ mode, happenings }, i) => {
    expect(long.phases[i]?.mode).toBe(mode);
    expect(long.phases[i]?.happenings.slice(0, happenings.length)).toEqual(happenings);
  });
});

test.each([1, 7, 1000, 99_999])('a plan of %i requests divides all of them among the modes', (requests) => {
  expect(requestsOf(makePlan(1, requests))).toBe(requests);
});

test('a plan of 100,000 requests moves the rollout from 0 to 100 %, and has every fault and every other happening', () => {
  const plan = makePlan(1, 100_000);
  expect(plan.phases.map(({ mode }) => mode)).toEqual(LAB_MODES);
  const kinds = new Set(plan.phases.flatMap(({ happenings }) => happenings.map(kindOf)));
  expect(Object.keys(FAULT_KINDS).filter((name) => !kinds.has(name))).toEqual([]);
  for (const kind of [
    'agents-crash',
    'agents-sleep',
    'agents-restart',
    'agents-clock-jumps',
    'rollout-moves',
    'attack-forge',
    'attack-tickets',
  ]) {
    expect([...kinds]).toContain(kind);
  }
  const percentages = plan.phases.flatMap(({ happenings }) => happenings.flatMap((each) => (each.do === 'rollout' ? [each.percent] : [])));
  expect([Math.min(...percentages), Math.max(...percentages)]).toEqual([0, 100]);
});

test('where every request polls, no fault of wakes, stream or bus is planned, and the rollout does not move', () => {
  const polling = makePlan(1, 20_000).phases.find(({ mode }) => mode === 'polling');
  const names = new Set<string>(faultNames(false));
  expect(names.has('wakes-lost')).toBe(false);
  expect(polling?.happenings.filter((each) => each.do === 'rollout' || (each.do === 'fault' && !names.has(each.fault)))).toEqual([]);
});

test('something happens before one request in 25 or so', () => {
  const count = happeningsOf(makePlan(2, 50_000));
  expect(count).toBeGreaterThan(1700);
  expect(count).toBeLessThan(2300);
});

test('every fault of the lab is a valid fault of the emulator, and is off until the plan begins it', () => {
  const { faults } = validateFaultPlan({ seed: 1, faults: emulatorFaults() }, 'the fault lab');
  expect(faults.map(({ name }) => name)).toEqual(Object.keys(FAULT_KINDS));
  expect(faults.every(({ switched }) => switched)).toBe(true);
});

test('a happening that is no fault of the emulator allows nothing, except that an agent that ends forgets its answers and cuts its streams', () => {
  expect(['agents-sleep', 'agents-clock-jumps', 'rollout-moves', 'attack-tickets'].flatMap(allowancesOf)).toEqual([]);
  expect(['agents-crash', 'agents-restart'].flatMap(allowancesOf)).toEqual(['agent-crashed', 'stream-cut', 'agent-ended', 'stream-cut']);
  expect(allowancesOf('waiters-die')).toContain('gateway-500');
});

test('a plan can be printed as JSON and read again', () => {
  const plan = makePlan(5, 2000);
  expect(validatePlan(JSON.parse(JSON.stringify(plan)), 'plan.json')).toEqual(plan);
});

const oneHappening = (happening: object): unknown => ({
  seed: 1,
  phases: [{ mode: 'bus', requests: 1, happenings: [{ before: 0, ...happening }] }],
});

test.each<[string, unknown, RegExp]>([
  ['an unknown mode', { seed: 1, phases: [{ mode: 'fast', requests: 1, happenings: [] }] }, /phases\.0\.mode must be/],
  ['an unknown fault', oneHappening({ do: 'fault', fault: 'rain', forMs: 1 }), /phases\.0\.happenings\.0\.fault must be/],
  ['an agent that nobody may stop', oneHappening({ do: 'crash', agent: 'eve-trap', forMs: 1 }), /phases\.0\.happenings\.0\.agent must be/],
  ['a share above 100 %', oneHappening({ do: 'rollout', percent: 101 }), /phases\.0\.happenings\.0\.percent must be/],
  ['no phase', { seed: 1, phases: [] }, /phases must be/],
])('a plan with %s causes an error that names the file and the field', (_, plan, message) => {
  expect(() => validatePlan(plan, 'plan.json')).toThrow(PlanError);
  expect(() => validatePlan(plan, 'plan.json')).toThrow(message);
  expect(() => validatePlan(plan, 'plan.json')).toThrow(/^plan\.json: /);
});

test('a plan file that is missing or no JSON causes an error that names the file', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-chaos-'));
  try {
    const file = path.join(directory, 'plan.json');
    expect(() => readPlan(file)).toThrow(/plan\.json: the plan cannot be read \(ENOENT\)/);
    writeFileSync(file, '{');
    expect(() => readPlan(file)).toThrow(/plan\.json: the plan is not JSON/);
    const plan: Plan = { seed: 4, phases: [{ mode: 'bus', first: 0, requests: 3, happenings: [] }] };
    writeFileSync(file, JSON.stringify(plan));
    expect(readPlan(file)).toEqual(plan);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
