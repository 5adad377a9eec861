/**
 * Bundles every function into `dist/functions/<name>.zip`, one `index.js` each with the AWS SDK inside. The same source gives
 * the same bytes: Lambda is updated only when code has changed.
 */
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import fs from 'node:fs/promises';
import path from 'node:path';
import { FUNCTION_SETTINGS } from '../functions/settings';

const root = path.join(__dirname, '..');

export interface BuildOptions {
  /** Where the zips go; created when it is missing. */
  readonly outdir: string;
  /** Names of folders in `functions`; all when left out. */
  readonly names?: readonly string[];
  /** Directory with a folder and its handler.ts for each name, `functions` when left out. */
  readonly functions?: string;
}

export interface BuiltFunction {
  readonly name: string;
  readonly zip: string;
  /** Of the code and of its zip, in bytes. */
  readonly codeBytes: number;
  readonly zipBytes: number;
}

/** A function that could not be bundled. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/** The earliest time a zip can hold, in local time because that is what the format holds. */
const ZIP_EPOCH = new Date(1980, 0, 1);
/** Unix, a regular file that everybody may read: Lambda unpacks with these permissions. */
const ZIP_ENTRY = { mtime: ZIP_EPOCH, os: 3, attrs: 0o100644 * 2 ** 16, level: 9 } as const;

/**
 * Bundles functions in parallel.
 * @throws BuildError naming the function and its handler
 */
export async function buildFunctions(options: BuildOptions): Promise<BuiltFunction[]> {
  const {
    outdir,
    names = Object.keys(FUNCTION_SETTINGS),
    functions = path.join(root, 'functions'),
  } = options;
  await fs.mkdir(outdir, { recursive: true });
  return Promise.all(
    names.map(async (name) => {
      const code = await bundle(name, path.resolve(functions, name, 'handler.ts'));
      const archive = zipSync({ 'index.js': [code, ZIP_ENTRY] });
      const zip = path.join(outdir, `${name}.zip`);
      await replaceFile(zip, archive);
      return { name, zip, codeBytes: code.length, zipBytes: archive.length };
    }),
  );
}

async function bundle(name: string, handler: string): Promise<Uint8Array> {
  try {
    const { outputFiles } = await build({
      entryPoints: [handler],
      bundle: true,
      write: false,
      logLevel: 'silent',
      platform: 'node',
      // Lambda runs Node 22; the local cloud runs the same bundle on whatever Node the developer has.
      target: 'node20',
      format: 'cjs',
      minify: true,
      keepNames: true,
      legalComments: 'none',
      alias: { 'cls-hooked/context': path.join(root, 'functions/xray-context.ts') },
      // ES modules first: only they can be shaken.
      mainFields: ['module', 'main'],
    });
    const [output] = outputFiles;
    if (!output) throw new Error('esbuild wrote nothing');
    return output.contents;
  } catch (error) {
    throw new BuildError(
      `function "${name}" cannot be bundled from ${handler}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Nobody who reads the file meanwhile sees half of it. */
async function replaceFile(file: string, content: Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await fs.writeFile(draft, content);
  await fs.rename(draft, file);
}

async function main(): Promise<void> {
  try {
    for (const { name, codeBytes, zipBytes } of await buildFunctions({
      outdir: path.join(root, 'dist/functions'),
    })) {
      process.stdout.write(`${name.padEnd(18)} ${inKb(codeBytes)} of code, ${inKb(zipBytes)} zipped\n`);
    }
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`build: ${error.message}\n`);
    process.exitCode = 1;
  }
}

const inKb = (bytes: number): string => `${Math.ceil(bytes / 1024)} KB`.padStart(7);

if (process.argv[1] && path.resolve(process.argv[1]) === __filename) void main();
