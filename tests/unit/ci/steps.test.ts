import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../..');
const UNFIT = 'this machine is too busy for a measurement: other processes took too much';

/** Runs these commands in the same way as .ci/run. */
function ci(...commands: readonly string[]): { status: number | null; lines: string[] } {
  const script = ['set -euo pipefail', 'source .ci/steps', ...commands, 'summary'].join('\n');
  const { status, stdout } = spawnSync('bash', ['-c', script], { cwd: ROOT, encoding: 'utf8' });
  return { status, lines: stdout.split('\n') };
}

test('a step that passes is run and printed, and the summary says that everything ran', () => {
  const { status, lines } = ci('run echo one', 'figures echo two');
  expect({ status, lines }).toEqual({ status: 0, lines: ['one', 'two', '', '== everything ran', ''] });
});

test('what finds the machine too busy for a measurement is skipped, with its reason at once and at the end, and the rest runs', () => {
  const { status, lines } = ci(`figures sh -c 'echo "${UNFIT}" >&2; exit 3'`, 'run echo the rest');
  const skip = expect.stringMatching(new RegExp(`^SKIPPED: sh -c .*: ${UNFIT}$`));
  expect(status).toBe(0);
  expect(lines).toEqual([UNFIT, '', skip, 'the rest', '', '== 1 skipped, and neither passed nor failed', skip, '']);
});

test('the summary repeats what a suite reports as skipped', () => {
  const { status, lines } = ci(`run sh -c 'echo "SKIPPED: a browser: there is none" >&2'`, 'run true');
  expect(status).toBe(0);
  expect(lines.slice(-3)).toEqual(['== 1 skipped, and neither passed nor failed', 'SKIPPED: a browser: there is none', '']);
});

test.each([
  ['a test', `run sh -c 'exit 3'`, 3],
  ['a test', 'run false', 1],
  ['a rehearsal', `figures sh -c 'exit 1'`, 1],
  ['a rehearsal on a wrong command line', `figures sh -c 'exit 2'`, 2],
])('%s that fails (%s) ends the run with status %d', (_what, command, expected) => {
  const { status, lines } = ci(command, 'run echo the rest');
  expect(status).toBe(expected);
  expect(lines).not.toContain('the rest');
});

test('the run removes its log file', () => {
  const { lines } = ci('run ls "$log"', 'echo "$log"');
  const [file = ''] = lines;
  expect(file).toMatch(/^\//);
  expect(spawnSync('ls', [file]).status).not.toBe(0);
});
