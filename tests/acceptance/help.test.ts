/** Runs every program of package.json as its first reader does: with `--help`, and with an option that it does not have. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { npmScripts } from '../support/npm-scripts';

const ROOT = path.join(__dirname, '../..');

/** Name → the program's file, with what Node needs before it. `synth` builds first: only its second program is run. */
const programs = Object.entries(npmScripts()).flatMap(([name, command]) => {
  const [, args] = /(?:^|&& )(?:exec )?node ((?:--\S+ \S+ )*[\w/.-]+\.m?ts)$/.exec(command) ?? [];
  return args === undefined ? [] : [[name, args.split(' ')] as const];
});

/** The agent has a help for each of its commands. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = { agent: ['http', 'token', 'token create', 'token inspect'] };
const helps = programs.flatMap(([name, args]) => [
  [name, args] as const,
  ...(COMMANDS[name] ?? []).map((command) => [`${name} ${command}`, [...args, ...command.split(' ')]] as const),
]);

function run(args: readonly string[]): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('package.json has programs', () => {
  expect(programs.length).toBeGreaterThan(15);
});

test.each(helps)(
  '%s --help says how the program is called and what it does, every default can be read, and another option is refused in one line',
  async (_, args) => {
    const [help, refusal] = await Promise.all([run([...args, '--help']), run([...args, '--no-such-option'])]);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: \S.*\n\n[A-Z][^]*\.\n/);
    expect(help.stdout).toContain('-h, --help');
    expect(help.stdout).not.toMatch(/default:\s+(?:false|\[\]|undefined)/);
    // A number above an hour's seconds needs a unit or a name: nobody reads 2592000 as 30 days. Ports are below.
    const defaults = [...help.stdout.matchAll(/\bdefault:\s+"?(\d+)"?\)/g)].map(([, number]) => Number(number));
    expect(defaults.filter((number) => number > 10_000)).toEqual([]);
    // Each default is written once.
    expect(help.stdout).not.toMatch(/\(default:[^)]*\)\s+\(default:/);

    expect(refusal).toMatchObject({ status: 2, stdout: '' });
    expect(refusal.stderr).toMatch(/^[^\n]*unknown option '--no-such-option'[^\n]* --help\)?\n$/);
  },
);
