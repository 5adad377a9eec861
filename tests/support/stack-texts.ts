import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from '../../environments';
import type * as Synthesis from '../../modules/synthesize';
import { KeptFolders } from '../../local/kept-stacks/kept-folders';
import { sourcesAreAsLoaded, stackKey } from '../../local/kept-stacks/stack-key';
import { digestOf, digestOfFile } from '../../functions/digests';
import { stubBundles } from './stub-bundles';

/** The cache of the texts, shared by all suites and test runs. */
const KEPT = new KeptFolders(path.join(__dirname, '../../dist/kept/test-stacks'), 64);
const FILE = 'stacks.json';

type Texts = Readonly<Record<string, string>>;

/**
 * `cdk.tf.json` of each stack of these environments, by the stack's name. Texts are taken from the cache if possible: loading CDKTF
 * and synthesizing takes a second, and most suites need the same stacks.
 * @throws EnvironmentError for invalid settings
 */
export function stackTexts(sources: Readonly<Record<string, Environment>>): Texts {
  const key = keyOf(sources);
  const kept = KEPT.find(key);
  return kept === undefined ? synthesizeAndKeep(key, sources) : (JSON.parse(fs.readFileSync(path.join(kept, FILE), 'utf8')) as Texts);
}

function synthesizeAndKeep(key: string, sources: Readonly<Record<string, Environment>>): Texts {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-infra-'));
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only where it is needed, and a suite's titles cannot wait for a promise
    const { synthesize } = require('../../modules/synthesize') as typeof Synthesis;
    const stacks = synthesize({ environments: sources, outdir, bundles: stubBundles(path.join(outdir, 'bundles')) });
    const texts = Object.fromEntries(stacks.map(({ name, file }) => [name, fs.readFileSync(file, 'utf8')]));
    if (keyOf(sources) === key && sourcesAreAsLoaded()) keep(key, texts);
    return texts;
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

/** Stores the texts in the cache. If this fails, the next run synthesizes them again. */
function keep(key: string, texts: Texts): void {
  let draft: string | undefined;
  try {
    draft = KEPT.draft(key);
    fs.writeFileSync(path.join(draft, FILE), JSON.stringify(texts));
    KEPT.keep(key, draft);
  } catch (error) {
    process.stderr.write(`warning: a stack of the tests cannot be kept: ${(error as Error).message}\n`);
  } finally {
    if (draft !== undefined) fs.rmSync(draft, { recursive: true, force: true });
  }
}

/** The key does not depend on bundles (`__dirname` has none), but on the source file that writes the stub bundles. */
const keyOf = (sources: Readonly<Record<string, Environment>>): string =>
  digestOf(
    JSON.stringify([
      Object.entries(sources).map(([name, environment]) => [name, stackKey({ environment, bundles: __dirname })]),
      digestOfFile(path.join(__dirname, 'stub-bundles.ts')),
    ]),
  );
