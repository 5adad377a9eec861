import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const KEPT = path.join(ROOT, 'dist/kept/old-bundles');
/** The file that came with the tickets (ADR 0048). A commit's id would be another one after a rebase. */
const FIRST_FILE_WITH_TICKETS = 'functions/ticket-seal.ts';
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** The code from before the tickets cannot be had on this machine. */
export class NoHistoryError extends Error {
  override readonly name = 'NoHistoryError';
}

/**
 * Bundles of the functions as they were before the tickets: built by that version's own `npm run build` from the history of git, with the
 * packages that are installed now. They are kept by commit.
 * @returns the directory of the zips, or an error if git or its history is missing
 */
export function bundlesBeforeTickets(): string | NoHistoryError {
  let commit: string;
  try {
    const [added] = git('log', '--diff-filter=A', '--reverse', '--format=%H', '--', FIRST_FILE_WITH_TICKETS).split('\n');
    if (!added) throw new Error(`no commit adds ${FIRST_FILE_WITH_TICKETS}`);
    commit = git('rev-parse', '--verify', '--quiet', `${added}^{commit}^`).trim();
  } catch (cause) {
    return new NoHistoryError(
      `the code from before the tickets cannot be read from the history of git. It needs git, and the whole history: git fetch --unshallow, or fetch-depth: 0 in a workflow (${(cause as Error).message.split('\n')[0]})`,
      { cause },
    );
  }
  const kept = path.join(KEPT, commit);
  if (!fs.existsSync(kept)) build(commit, kept);
  return kept;
}

/** Builds the functions of a commit into a directory, which is there only when it is complete. */
function build(commit: string, outdir: string): void {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-old-code-'));
  try {
    const archive = execFileSync('git', ['-C', ROOT, 'archive', commit], { maxBuffer: MAX_OUTPUT_BYTES });
    execFileSync('tar', ['-x', '-C', directory], { input: archive });
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
    execFileSync(process.execPath, ['--import', 'tsx', 'functions/build-functions.ts'], { cwd: directory, stdio: 'pipe' });
    fs.mkdirSync(KEPT, { recursive: true });
    const draft = fs.mkdtempSync(`${outdir}.`);
    fs.cpSync(path.join(directory, 'dist/functions'), draft, { recursive: true });
    try {
      fs.renameSync(draft, outdir);
    } catch (error) {
      // Another process was faster.
      fs.rmSync(draft, { recursive: true });
      if (!fs.existsSync(outdir)) throw error;
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** `test.each` if there are old bundles. Otherwise the tests are skipped with the reason on stderr; on GitHub, whose workflow checks out the whole history, they fail. */
export function testEachWith<Case>(bundles: string | NoHistoryError, cases: readonly Case[]) {
  return (name: string, test: (each: Case, bundles: string) => Promise<void>): void => {
    if (typeof bundles === 'string') return it.each(cases.map((each) => [each] as const))(name, (each) => test(each, bundles));
    process.stderr.write(`\nSKIPPED: ${name}: ${bundles.message}\n`);
    (process.env['GITHUB_ACTIONS'] === 'true' ? it : it.skip)(name, () => {
      throw bundles;
    });
  };
}
