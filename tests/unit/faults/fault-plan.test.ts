import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkNames } from '../../../emulator/faults/check-names';
import { ACTS, validateFaultPlan, type Place } from '../../../emulator/faults/fault-plan';
import { readFaultPlan } from '../../../emulator/faults/read-fault-plan';

const plan = (fault: Record<string, unknown>) => () => validateFaultPlan({ faults: [{ name: 'it', ...fault }] }, 'plan.json');

test.each(Object.entries(ACTS).flatMap(([place, acts]) => acts.map((act) => [place as Place, act] as const)))(
  'on %s, %s is an act',
  (on, act) => {
    const needed = { ...(act === 'delay' && { delayMs: 5 }), ...(on === 'environments' && { everyMs: 20 }) };
    expect(plan({ on, do: act, ...needed })()).toMatchObject({ seed: 1, faults: [{ name: 'it', on, do: act }] });
  },
);

test.each([
  ['a place that there is not', { on: 'clouds', do: 'fail' }, /plan\.json: faults\.0\.on must be one of calls, invocations/],
  ['an act that means nothing there', { on: 'frames', do: 'fail' }, /faults\.0\.do must be one of delay, drop.* not "fail"/],
  [
    'a field of match that the place does not have',
    { on: 'deliveries', do: 'drop', match: { table: 'x' } },
    /faults\.0\.match\.table is not a field of it/,
  ],
  ['a field that there is not', { on: 'calls', do: 'drop', often: true }, /faults\.0\.often is not a field of it/],
  ['a delay without its time', { on: 'calls', do: 'delay' }, /faults\.0\.delayMs goes with "do": "delay"/],
  ['a time without a delay', { on: 'calls', do: 'drop', delayMs: 3 }, /faults\.0\.delayMs goes with "do": "delay"/],
  ['an error without a failure', { on: 'calls', do: 'drop', error: { status: 500, code: 'X' } }, /faults\.0\.error goes with "do": "fail"/],
  [
    'an error that is none',
    { on: 'calls', do: 'fail', error: { status: 200, code: 'X' } },
    /faults\.0\.error\.status must be 400 or more, not 200/,
  ],
  ['a share above 1', { on: 'calls', do: 'drop', probability: 1.5 }, /faults\.0\.probability must be at most 1, not 1\.5/],
  ['a share and a rhythm', { on: 'calls', do: 'drop', probability: 0.5, every: 2 }, /faults\.0\.every and probability exclude each other/],
  ['a partition of some calls only', { on: 'calls', do: 'partition', every: 2 }, /faults\.0\.do is partition, which lets nothing pass/],
  ['an end before the beginning', { on: 'calls', do: 'drop', fromMs: 10, untilMs: 5 }, /faults\.0\.untilMs must be later than fromMs/],
  [
    'times of what a program switches',
    { on: 'calls', do: 'drop', switched: true, fromMs: 1 },
    /faults\.0\.switched means that a program begins/,
  ],
  ['killing without a rhythm', { on: 'environments', do: 'kill' }, /faults\.0\.everyMs goes with "on": "environments"/],
  ['no name', { name: undefined, on: 'calls', do: 'drop' }, /faults\.0\.name is missing/],
])('%s is refused, by path and with the remedy', (_, fault, message) => {
  expect(plan(fault)).toThrow(message);
  expect(plan(fault)).toThrow(/docs\/fault-plans\.md has the format$/);
});

test('two faults of one name are refused, because a switch could not tell them apart', () => {
  const fault = { name: 'twice', on: 'calls', do: 'drop' };
  expect(() => validateFaultPlan({ faults: [fault, fault] }, 'plan.json')).toThrow(/faults\.1\.name "twice" is another fault's already/);
});

test('a file that is missing or no JSON is named', () => {
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

test('a name that the stack does not have is refused, because it would never strike', () => {
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
    /match\.function is "wake-waker", which the stack does not have: it has wake-waiter, sweep/,
  );
});
