import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from '../../environments';
import type * as Synthesis from '../../modules/synthesize';
import { KeptFolders } from '../../local/kept-stacks/kept-folders';
import { sourcesAreAsLoaded, stackKey } from '../../local/kept-stacks/stack-key';
import { digestOf, digestOfFile } from '../../functions/digests';
import { stubBundles } from './stub-bundles';

/** Where the texts are kept from one run to the next, and from one suite to the other. */
const KEPT = new KeptFolders(path.join(__dirname, '../../dist/kept/test-stacks'), 64);
const FILE = 'stacks.json';

type Texts = Readonly<Record<string, string>>;

/**
 * `cdk.tf.json` of each stack that these environments give, by the stack's name. What is kept is taken: loading CDKTF and
 * synthesizing take a second, and most suites ask for the same stacks.
 * @throws EnvironmentError for settings that are wrong
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

/** What cannot be kept is made again. */
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

/** No bundle lies in this folder: what the stubs hold is in the source that writes them. */
const keyOf = (sources: Readonly<Record<string, Environment>>): string =>
  digestOf(
    JSON.stringify([
      Object.entries(sources).map(([name, environment]) => [name, stackKey({ environment, bundles: __dirname })]),
      digestOfFile(path.join(__dirname, 'stub-bundles.ts')),
    ]),
  );
