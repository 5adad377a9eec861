import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type * as Synthesize from '../../modules/synthesize';
import { KeptFolders } from './kept-folders';
import { sourcesAreAsLoaded, stackKey, type StackInput } from './stack-key';

/** Where stacks are kept. One has 2 MB, most of it the functions' zips. */
const DIRECTORY = path.join(__dirname, '../../dist/kept/stacks');
/** More than one run of all tests uses. */
const MOST_STACKS = 32;

export interface WithStackOptions extends Omit<StackInput, 'root'> {
  /** Synthesizes also what is kept. */
  readonly rebuild?: boolean;
  /** Is told before a stack is synthesized, which takes seconds; not called where the stack is kept. */
  readonly onSynthesis?: () => void;
  /** Is told, in one line, why a stack cannot be kept; without it that line goes to standard error. */
  readonly warn?: (text: string) => void;
  /** Where stacks are kept, another place than usual. */
  readonly directory?: string;
}

/**
 * Synthesizes an environment's stack, or takes the one that is kept from an earlier time, when all that it is made from was
 * the same. The stack is for reading alone: who wants another one changes a copy.
 * @param use gets `cdk.tf.json`, whose assets lie beside it. The file is there until what `use` returns has settled: long
 * enough to boot a local cloud, which reads everything at its boot
 * @returns what `use` returns
 * @throws EnvironmentError for settings that are wrong
 * @throws MissingBundleError for a function whose zip is not there
 */
export async function withStack<T>(options: WithStackOptions, use: (stackFile: string) => Promise<T>): Promise<T> {
  const { rebuild = false, directory = DIRECTORY, onSynthesis, warn = warnOnStderr, environment, bundles } = options;
  const folders = new KeptFolders(directory, MOST_STACKS);
  const key = stackKey(options);
  const kept = rebuild ? undefined : folders.find(key);
  if (kept !== undefined) return use(path.join(kept, 'stacks', environment.name, 'cdk.tf.json'));

  onSynthesis?.();
  const draft = draftOf(folders, key, warn);
  try {
    // Only now: loading CDKTF takes longer than all the rest of a start.
    const { synthesize } = createRequire(__filename)('../../modules/synthesize') as typeof Synthesize;
    const [stack] = synthesize({ environments: { [environment.name]: environment }, outdir: draft, bundles });
    if (!stack) throw new Error(`the environment "${environment.name}" gave no stack`);
    // What changed on the way may be in the stack as it was before, or not: this stack serves this once.
    const isCertain = stackKey(options) === key && sourcesAreAsLoaded();
    const folder = isCertain ? keep(folders, key, draft, warn) : draft;
    return await use(path.join(folder, path.relative(draft, stack.file)));
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/** A place to synthesize into; where nothing can be kept, one among the temporary files. */
function draftOf(folders: KeptFolders, key: string, warn: (text: string) => void): string {
  try {
    return folders.draft(key);
  } catch (error) {
    warn(notKept(error));
    return fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-stack-'));
  }
}

function keep(folders: KeptFolders, key: string, draft: string, warn: (text: string) => void): string {
  if (path.dirname(draft) === os.tmpdir()) return draft;
  try {
    return folders.keep(key, draft);
  } catch (error) {
    warn(notKept(error));
    return draft;
  }
}

const notKept = (error: unknown): string =>
  `the synthesized stack cannot be kept, so the next start takes longer: ${(error as Error).message}`;
const warnOnStderr = (text: string): void => void process.stderr.write(`warning: ${text}\n`);
