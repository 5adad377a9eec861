import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.join(__dirname, '../..');
/** How such a program says that the machine is too busy (bench/fitness/while-fit.ts). */
const UNFIT_STATUS = 3;

/**
 * Runs a program that makes figures, such as `bench/main.ts`. On a machine that is too busy for figures there is nothing to test: that is
 * no failure, but the test has been skipped, and says so on stderr. Jest can skip a test only before it begins.
 * @param what is tested, for that line
 * @returns undefined where it was skipped
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
