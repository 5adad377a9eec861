import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.join(__dirname, '../..');
/** Exit status of a program that measures, if the machine is too busy (bench/fitness/while-fit.ts). */
const UNFIT_STATUS = 3;

/**
 * Runs a program that measures, such as `bench/main.ts`. If the machine is too busy, there are no figures to test. This is not a
 * failure: a line on stderr says that the test is skipped. (Jest itself can skip a test only before the test begins.)
 * @param what the tested subject, for the line on stderr
 * @returns undefined if the test is skipped
 * @throws Error when the program fails
 */
export async function runForFigures(
  what: string,
  script: string,
  args: readonly string[],
): Promise<{ readonly stdout: string; readonly stderr: string } | undefined> {
  try {
    return await run(process.execPath, ['--import', 'tsx', script, ...args], { cwd: ROOT });
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code !== UNFIT_STATUS) throw error;
    process.stderr.write(`\nSKIPPED: ${what}: ${stderr?.trimEnd().split('\n').at(-1)}\n`);
    return undefined;
  }
}
