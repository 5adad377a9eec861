/**
 * Bundles every function into `dist/functions/<name>.zip`: an `index.js` that includes the AWS SDK, and a file for each module that the
 * function loads with `import()`. The same source gives the same bytes, so that Lambda is updated only when code has changed. A zip whose
 * sources have not changed is not made again.
 */
import { build, version, type BuildOptions as EsbuildOptions, type Plugin } from 'esbuild';
import { zipSync, type Zippable } from 'fflate';
import fs from 'node:fs/promises';
import path from 'node:path';
import { FUNCTION_SETTINGS } from './settings';
import { currentRecord, InputDigests, recordOf, type BundleRecord } from './bundle-record';
import { digestOf, digestOfFile, digestOfPackages, hasChangedSince } from './digests';
import { parseNothing, runProgram } from '../cli/command-line';
import { ToldError } from '../cli/told-error';

const root = path.join(__dirname, '..');

export interface BuildOptions {
  /** Folder for the zips; created when it is missing. */
  readonly outdir: string;
  /** Names of folders in `functions`; all when left out. */
  readonly names?: readonly string[];
  /** Directory with a folder and its handler.ts for each name, `functions` when left out. */
  readonly functions?: string;
  /** Makes every bundle, also those that are up to date. */
  readonly rebuild?: boolean;
  /** Called with the functions to bundle, before the first one is bundled; not called if all of them are up to date. */
  readonly onBuild?: (names: readonly string[]) => void;
}

export interface BuiltFunction {
  readonly name: string;
  readonly zip: string;
  /** Size of the code and size of its zip, in bytes. */
  readonly codeBytes: number;
  readonly zipBytes: number;
}

/** A function that could not be bundled. */
export class BuildError extends ToldError {
  override readonly name = 'BuildError';
}

/** The earliest time that a zip can store. It is local time, because zips store local time. */
const ZIP_EPOCH = new Date(1980, 0, 1);
/** The entry is a regular Unix file that everybody may read: Lambda unpacks it with these permissions. */
const ZIP_ENTRY = { mtime: ZIP_EPOCH, os: 3, attrs: 0o100644 * 2 ** 16, level: 9 } as const;

const ESBUILD_OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  logLevel: 'silent',
  platform: 'node',
  // Lambda runs Node 22; the local cloud runs the same bundle on the developer's version of Node.
  target: 'node20',
  format: 'cjs',
  // Turns `import()` into `require()`: V8's code cache, which the local cloud uses, does not work with `import()`.
  supported: { 'dynamic-import': false },
  minify: true,
  keepNames: true,
  legalComments: 'none',
  alias: { 'cls-hooked/context': path.join(root, 'functions/xray-context.ts') },
  // ES modules first, because only they can be tree-shaken.
  mainFields: ['module', 'main'],
  // The paths in the metafile are relative to this folder.
  absWorkingDir: root,
} as const satisfies EsbuildOptions;

/**
 * Bundles functions in parallel.
 * @throws BuildError naming the function and its handler
 */
export async function buildFunctions({
  outdir,
  names = Object.keys(FUNCTION_SETTINGS),
  functions = path.join(root, 'functions'),
  rebuild = false,
  onBuild,
}: BuildOptions): Promise<BuiltFunction[]> {
  const startedAt = Date.now();
  await fs.mkdir(outdir, { recursive: true });
  const digests = new InputDigests(root);
  const bundles = names.map((name) => {
    const handler = path.resolve(functions, name, 'handler.ts');
    return { name, handler, zip: path.join(outdir, `${name}.zip`), recipe: recipeOf(handler) };
  });
  const checked = await Promise.all(
    bundles.map(async (bundle) => ({ bundle, record: rebuild ? undefined : await currentRecord(bundle.zip, bundle.recipe, digests) })),
  );
  const toBuild = checked.filter(({ record }) => !record).map(({ bundle: { name } }) => name);
  if (toBuild.length > 0) onBuild?.(toBuild);
  return Promise.all(
    checked.map(async ({ bundle, record }) => {
      const { name, zip } = bundle;
      const { codeBytes, zipBytes } = record ?? (await buildFunction(bundle, startedAt));
      return { name, zip, codeBytes, zipBytes };
    }),
  );
}

interface Bundle {
  readonly name: string;
  readonly handler: string;
  readonly zip: string;
  readonly recipe: string;
}

/**
 * Digest of everything besides the inputs that decides what is in a zip. Paths are relative, so that the zips in a copy of the
 * whole folder are up to date as well.
 */
function recipeOf(handler: string): string {
  const { alias, absWorkingDir: _, ...options } = ESBUILD_OPTIONS;
  const aliases = Object.entries(alias).map(([name, file]) => [name, path.relative(root, file)]);
  const parts = [
    path.relative(root, handler),
    options,
    aliases,
    ZIP_ENTRY,
    'a file for each import(), by name',
    version,
    digestOfPackages(),
    digestOfFile(path.join(root, 'tsconfig.json')),
  ];
  return digestOf(JSON.stringify(parts));
}

async function buildFunction({ name, handler, zip, recipe }: Bundle, startedAt: number): Promise<Omit<BuiltFunction, 'name' | 'zip'>> {
  const { files, inputs } = await bundle(name, handler);
  const archive = zipSync(Object.fromEntries(files.map(({ file, code }) => [file, [code, ZIP_ENTRY]])) satisfies Zippable);
  const codeBytes = files.reduce((sum, { code }) => sum + code.length, 0);
  await replaceFile(zip, archive);
  await keepRecord(zip, {
    recipe,
    inputs,
    content: new InputDigests(root).of(inputs),
    // If a file has changed during the build, the zip may have its old content. No zip has the digest "uncertain", so the next
    // build makes the zip again.
    zip: inputs.some((input) => hasChangedSince(startedAt, path.resolve(root, input))) ? 'uncertain' : digestOf(archive),
    codeBytes,
  });
  return { codeBytes, zipBytes: archive.length };
}

interface BundledFile {
  /** Its name in the zip. */
  readonly file: string;
  readonly code: Uint8Array;
  /** The files that it was made from, relative to the root. */
  readonly inputs: readonly string[];
}

/** The files of a function, and every file that they were made from, relative to the root. */
async function bundle(name: string, handler: string): Promise<{ files: BundledFile[]; inputs: string[] }> {
  try {
    const lazy = new Set<string>();
    const index = await bundleFile('index.js', handler, lazy);
    const files: BundledFile[] = [];
    // A set takes what is added to it while it is gone through.
    for (const source of lazy) files.push(await bundleFile(zipNameOf(source), source, lazy));
    for (const { file, inputs } of files) refuseState(file, inputs);
    // esbuild finds the modules in any order.
    files.sort((a, b) => (a.file < b.file ? -1 : 1)).unshift(index);
    return { files, inputs: [...new Set(files.flatMap(({ inputs }) => inputs))] };
  } catch (error) {
    throw new BuildError(`function "${name}" cannot be bundled from ${handler}: ${(error as Error).message}`, { cause: error });
  }
}

/** @param lazy gets the modules that the file loads with `import()` */
async function bundleFile(file: string, source: string, lazy: Set<string>): Promise<BundledFile> {
  const { outputFiles, metafile } = await build({ ...ESBUILD_OPTIONS, entryPoints: [source], plugins: [filesOfTheirOwn(lazy)] });
  const [output] = outputFiles;
  if (!output) throw new Error('esbuild wrote nothing');
  return { file, code: output.contents, inputs: Object.keys(metafile.inputs) };
}

/**
 * Leaves the modules that a file loads with `import()` out of the file. V8 reads a file as a whole: code that most execution environments
 * never run would make up half of a cold start. Packages keep theirs: an `import()` of the SDK is about credentials that Lambda does not use.
 */
const filesOfTheirOwn = (found: Set<string>): Plugin => ({
  name: 'files of their own',
  setup: (building) =>
    building.onResolve({ filter: /^\.\.?\// }, ({ kind, path: specifier, resolveDir }) => {
      if (kind !== 'dynamic-import' || resolveDir.includes('node_modules')) return undefined;
      const source = `${path.resolve(resolveDir, specifier)}.ts`;
      found.add(source);
      return { path: `./${zipNameOf(source)}`, external: true };
    }),
});

const zipNameOf = (source: string): string => `${path.basename(source, '.ts')}.js`;

/** Modules that keep state. A file of its own would have a second copy of their state. */
const STATEFUL = ['functions/logger.ts', 'functions/metrics.ts', 'functions/tracing.ts'];

function refuseState(file: string, inputs: readonly string[]): void {
  const module = STATEFUL.find((each) => inputs.includes(each));
  if (module !== undefined) throw new Error(`${file}, which is loaded by import(), imports ${module}: pass what it needs as a parameter`);
}

/** A record that cannot be written is no failure: without one the next build makes the zip again. */
async function keepRecord(zip: string, record: BundleRecord): Promise<void> {
  await replaceFile(recordOf(zip), JSON.stringify(record, undefined, 1)).catch(() => undefined);
}

/** Replaces a file in one step, so that no reader sees half of it. */
async function replaceFile(file: string, content: Uint8Array | string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  try {
    await fs.writeFile(draft, content);
    await fs.rename(draft, file);
  } finally {
    await fs.rm(draft, { force: true });
  }
}

async function main(): Promise<number> {
  // Rebuilds everything, so that what is deployed comes from the current source.
  for (const { name, codeBytes, zipBytes } of await buildFunctions({ outdir: path.join(root, 'dist/functions'), rebuild: true })) {
    process.stdout.write(`${name.padEnd(18)} ${inKb(codeBytes)} of code, ${inKb(zipBytes)} zipped\n`);
  }
  return 0;
}

const inKb = (bytes: number): string => `${Math.ceil(bytes / 1024)} KB`.padStart(7);

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) {
  void runProgram('build', parseNothing('npm run build --', 'Bundles every function into dist/functions.'), main);
}
