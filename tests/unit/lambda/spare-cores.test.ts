import { SpareCores } from '../../../emulator/lambda/spare-cores';

/** A machine for which a test sets the time and the idle time. */
const machine = { at: 5000, idle: 70_000 };
const spareCores = (): SpareCores => new SpareCores({ now: () => machine.at, idleMs: () => machine.idle });
const pass = (ms: number, idleMs: number): void => void Object.assign(machine, { at: machine.at + ms, idle: machine.idle + idleMs });

test('the first call of hasSpareCore() returns true', () => {
  expect(spareCores().hasSpareCore()).toBe(true);
});

test.each([
  [200, 99, false],
  [200, 100, true],
  [1000, 499, false],
  [1000, 500, true],
])('hasSpareCore() after %i ms with %i ms of idle core time returns %s', (ms, idleMs, spare) => {
  const cores = spareCores();
  cores.hasSpareCore();
  pass(ms, idleMs);
  expect(cores.hasSpareCore()).toBe(spare);
});

test('hasSpareCore() repeats its last answer until 100 ms have passed', () => {
  const cores = spareCores();
  cores.hasSpareCore();
  pass(500, 0);
  expect(cores.hasSpareCore()).toBe(false);
  pass(99, 99);
  expect(cores.hasSpareCore()).toBe(false);
  pass(1, 1);
  expect(cores.hasSpareCore()).toBe(true);
});

test('hasSpareCore() returns true if its last call was more than a second ago', () => {
  const cores = spareCores();
  cores.hasSpareCore();
  pass(500, 0);
  expect(cores.hasSpareCore()).toBe(false);
  pass(1001, 0);
  expect(cores.hasSpareCore()).toBe(true);
});

test('hasSpareCore() returns a boolean for the cores of this machine', () => {
  const cores = new SpareCores();
  expect(typeof cores.hasSpareCore()).toBe('boolean');
});
