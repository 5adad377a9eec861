import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkNames } from '../../../emulator/faults/check-names';
import { ACTS, validateFaultPlan, type FaultPlace } from '../../../emulator/faults/fault-plan';
import { readFaultPlan } from '../../../emulator/faults/read-fault-plan';

const plan = (fault: Record<string, unknown>) => () => validateFaultPlan({ faults: [{ name: 'it', ...fault }] }, 'plan.json');

test.each(Object.entries(ACTS).flatMap(([place, acts]) => acts.map((act) => [place as FaultPlace, act] as const)))(
  'a fault plan accepts a fault on %s with the act %s',
  (on, act) => {
    const inRounds = on === 'environments' || on === 'connections';
    const needed = { ...(act === 'delay' && { delayMs: 5 }), ...(act === 'freeze' && { forMs: 5 }), ...(inRounds && { everyMs: 20 }) };
    expect(plan({ on, do: act, ...needed })()).toMatchObject({ seed: 1, faults: [{ name: 'it', on, do: act }] });
  },
);

test.each([
  ['an unknown place', { on: 'clouds', do: 'fail' }, /plan\.json: faults\.0\.on must be one of calls, invocations/],
  ['an act that its place does not have', { on: 'frames', do: 'fail' }, /faults\.0\.do must be one of delay, drop.* not "fail"/],
  [
    'a match field that its place does not have',
    { on: 'deliveries', do: 'drop', match: { table: 'x' } },
    /faults\.0\.match\.table is not a known field/,
  ],
  ['an unknown field', { on: 'calls', do: 'drop', often: true }, /faults\.0\.often is not a known field/],
  ['a delay without delayMs', { on: 'calls', do: 'delay' }, /faults\.0\.delayMs is needed with "do": "delay", and allowed only there/],
  [
    'delayMs without a delay',
    { on: 'calls', do: 'drop', delayMs: 3 },
    /faults\.0\.delayMs is needed with "do": "delay", and allowed only there/,
  ],
  [
    'an error for an act other than fail',
    { on: 'calls', do: 'drop', error: { status: 500, code: 'X' } },
    /faults\.0\.error is allowed only with "do": "fail" or "fail-after"/,
  ],
  [
    'an error with a status below 400',
    { on: 'calls', do: 'fail', error: { status: 200, code: 'X' } },
    /faults\.0\.error\.status must be 400 or more, not 200/,
  ],
  ['a probability above 1', { on: 'calls', do: 'drop', probability: 1.5 }, /faults\.0\.probability must be at most 1, not 1\.5/],
  [
    'both probability and every',
    { on: 'calls', do: 'drop', probability: 0.5, every: 2 },
    /faults\.0\.every cannot be used together with probability/,
  ],
  ['a partition of only some calls', { on: 'calls', do: 'partition', every: 2 }, /faults\.0\.do is partition, which blocks everything/],
  ['untilMs before fromMs', { on: 'calls', do: 'drop', fromMs: 10, untilMs: 5 }, /faults\.0\.untilMs must be later than fromMs/],
  ['times for a switched fault', { on: 'calls', do: 'drop', switched: true, fromMs: 1 }, /faults\.0\.switched means that a program begins/],
  [
    'a kill of environments without everyMs',
    { on: 'environments', do: 'kill' },
    /faults\.0\.everyMs is needed with "on": "connections" and "on": "environments", and allowed only there/,
  ],
  [
    'a freeze without forMs',
    { on: 'environments', do: 'freeze', everyMs: 20 },
    /faults\.0\.forMs is needed with "do": "freeze", and allowed only there/,
  ],
  ['a fault without a name', { name: undefined, on: 'calls', do: 'drop' }, /faults\.0\.name is missing/],
])('a fault plan with %s causes an error that names the field and the document of the format', (_, fault, message) => {
  expect(plan(fault)).toThrow(message);
  expect(plan(fault)).toThrow(/docs\/fault-plans\.md describes the format$/);
});

test('two faults with the same name are refused, because a program switches a fault by its name', () => {
  const fault = { name: 'twice', on: 'calls', do: 'drop' };
  expect(() => validateFaultPlan({ faults: [fault, fault] }, 'plan.json')).toThrow(
    /faults\.1\.name "twice" is already the name of another fault/,
  );
});

test('a fault plan file that is missing or no JSON causes an error that names the file', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-faults-'));
  try {
    const file = path.join(directory, 'plan.json');
    expect(() => readFaultPlan(file)).toThrow(/plan\.json: the fault plan cannot be read \(ENOENT\)/);
    writeFileSync(file, '{');
    expect(() => readFaultPlan(file)).toThrow(/plan\.json: the fault plan is not JSON/);
    writeFileSync(file, '{"seed": 4, "faults": []}');
    expect(readFaultPlan(file)).toEqual({ seed: 4, faults: [] });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a fault that matches a function which the stack does not have is refused', () => {
  const functions = [
    { address: 'aws_lambda_function.wake-waiter' },
    { address: 'aws_lambda_function.sweep', name: 'http-tunnel-local-sweep' },
  ];
  const spec = { functions, tables: [], webSocketApis: [] } as unknown as Parameters<typeof checkNames>[1];
  const naming = (name: string) =>
    validateFaultPlan({ faults: [{ name: 'it', on: 'invocations', match: { function: name }, do: 'drop' }] }, 'x');
  expect(() => checkNames(naming('wake-waiter'), spec)).not.toThrow();
  expect(() => checkNames(naming('http-tunnel-local-sweep'), spec)).not.toThrow();
  expect(() => checkNames(naming('wake-waker'), spec)).toThrow(
    /match\.function is "wake-waker", which the stack does not have; the stack has wake-waiter, sweep/,
  );
});
