import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type * as Synthesize from '../../modules/synthesize';
import { KeptFolders } from './kept-folders';
import { sourcesAreAsLoaded, stackKey, type StackInput } from './stack-key';

/** Where stacks are kept. One has 2 MB, most of it the functions' zips. */
const DIRECTORY = path.join(__dirname, '../../dist/kept/stacks');
/** How many stacks are kept: more than one run of all tests uses. */
const MOST_STACKS = 32;

export interface WithStackOptions extends Omit<StackInput, 'root'> {
  /** Synthesizes the stack even if it is kept. */
  readonly rebuild?: boolean;
  /** Called before a stack is synthesized, which takes seconds; not called for a kept stack. */
  readonly onSynthesis?: () => void;
  /** Called with one line that says why a stack cannot be kept; by default, the line goes to standard error. */
  readonly warn?: (text: string) => void;
  /** Where stacks are kept, instead of the default directory. */
  readonly directory?: string;
}

/**
 * Synthesizes an environment's stack, or takes the kept stack of an earlier start if all inputs are the same. The stack is read-only: to
 * get another stack, change a copy.
 * @param use gets the path of `cdk.tf.json`, with the stack's assets beside it. The file exists until the promise that `use` returns has
 * settled: long enough to boot a local cloud, which reads everything at its boot
 * @returns what `use` returns
 * @throws EnvironmentError for settings that are wrong
 * @throws MissingBundleError for a function whose zip is missing
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
    // CDKTF is loaded only here, because loading it takes longer than the rest of a start.
    const { synthesize } = createRequire(__filename)('../../modules/synthesize') as typeof Synthesize;
    const [stack] = synthesize({ environments: { [environment.name]: environment }, outdir: draft, bundles });
    if (!stack) throw new Error(`the synthesis of the environment "${environment.name}" made no stack`);
    // If an input changed during the synthesis, the stack may contain the old or the new input. Such a stack is used once and not kept.
    const isCertain = stackKey(options) === key && sourcesAreAsLoaded();
    const folder = isCertain ? keep(folders, key, draft, warn) : draft;
    return await use(path.join(folder, path.relative(draft, stack.file)));
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/** A folder to synthesize into; a temporary folder if nothing can be kept. */
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
