import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Suite } from './suites';

export interface Outcome {
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Why the test failed. */
  readonly error?: string;
}

/** Outcomes of tests, by file and title: `test/url_spec.js: urls null URL throws`. */
export type Outcomes = ReadonlyMap<string, Outcome>;

/** Long enough for a busy machine, on which the tunnel takes ten times as long as usual. In ms. */
const TEST_TIMEOUT_MS = 60_000;
const FILE_TIMEOUT_MS = 120_000;

/**
 * Runs a suite, one file after the other, each in a process of its own.
 * @param packages the folder that has `node_modules`
 * @param tunnelsPort where `through-tunnel.cjs` asks for tunnels; without it, the suite runs without the tunnel
 */
export async function runSuite(suite: Suite, packages: string, tunnelsPort?: number): Promise<Outcomes> {
  const folder = path.join(packages, 'node_modules', suite.name);
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'http-tunnel-suite-'));
  const outcomes = new Map<string, Outcome>();
  try {
    for (const file of suite.files) {
      const results = path.join(scratch, path.basename(file));
      const { status, output } = await run(argumentsFor(suite, file, results), folder, tunnelsPort);
      const lines = (await readFile(results, 'utf8').catch(() => '')).split('\n').filter(Boolean);
      for (const line of lines) {
        const { title, ...outcome } = JSON.parse(line) as Outcome & { readonly title: string };
        outcomes.set(unused(outcomes, `${file}: ${title}`), outcome);
      }
      if (lines.length === 0 || status === null) outcomes.set(`${file}: the file`, { state: 'failed', error: output.slice(-2000) });
    }
    return outcomes;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function argumentsFor({ runner }: Suite, file: string, results: string): string[] {
  const reporter = path.join(__dirname, runner === 'mocha' ? 'mocha-reporter.cjs' : 'node-reporter.mjs');
  return runner === 'mocha'
    ? [
        '../mocha/bin/_mocha',
        '--exit',
        `--timeout=${TEST_TIMEOUT_MS}`,
        `--reporter=${reporter}`,
        `--reporter-options=file=${results}`,
        file,
      ]
    : [`--test-timeout=${TEST_TIMEOUT_MS}`, `--test-reporter=${reporter}`, `--test-reporter-destination=${results}`, file];
}

/** @returns the exit status, null for a process that was killed because it did not end */
async function run(
  args: readonly string[],
  cwd: string,
  tunnelsPort: number | undefined,
): Promise<{ status: number | null; output: string }> {
  // jest's own settings, such as NODE_ENV, would change what the suites do.
  const { NODE_ENV: _, JEST_WORKER_ID: __, ...environment } = process.env;
  const through = tunnelsPort === undefined ? [] : ['--require', path.join(__dirname, 'through-tunnel.cjs')];
  const child = spawn(process.execPath, [...through, ...args], {
    cwd,
    env: { ...environment, ...(tunnelsPort !== undefined && { HTTP_TUNNEL_SUITE_TUNNELS: String(tunnelsPort) }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: FILE_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const keep = (data: Buffer): void => void (output += data.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}

/** Tests of a file may have the same title; the second one is `title (2)`. */
function unused(outcomes: Outcomes, name: string): string {
  let free = name;
  for (let count = 2; outcomes.has(free); count++) free = `${name} (${count})`;
  return free;
}
