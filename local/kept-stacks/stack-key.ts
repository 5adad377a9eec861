import fs from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../environments';
import { FUNCTION_SETTINGS } from '../../functions/settings';
import { digestOf, digestOfFile, digestOfPackages, hasChangedSince } from '../../functions/digests';

const ROOT = path.join(__dirname, '../..');
/** Every file in these folders, at any depth, may be part of modules/synthesize.ts. */
const FOLDERS = ['cli', 'environments', 'modules', 'protocol'];
/** Only the top-level files of this folder count: the tables that modules share with functions (.dependency-cruiser.cjs enforces this). */
const TABLES = 'functions';
/** When this process began, before it loaded any source; in whole ms since the epoch. */
const LOADED_SINCE = Math.floor(Date.now() - process.uptime() * 1000);

/** What a stack is made from. */
export interface StackInput {
  readonly environment: Environment;
  /** Directory of the functions' zips. */
  readonly bundles: string;
  /** The folder of package.json; this repository when left out. */
  readonly root?: string;
}

/** Absolute paths of all files that may be part of modules/synthesize.ts, in a fixed order; files of packages are left out. */
export function sourcesOfStacks(root = ROOT): string[] {
  const inFolders = FOLDERS.flatMap((folder) =>
    fs.readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  const tables = fs.readdirSync(path.join(root, TABLES)).map((file) => path.join(TABLES, file));
  return [...inFolders, ...tables]
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => path.join(root, file));
}

/** True if no source has changed since this process began: then the code that this process has loaded, or will load, equals the sources. */
export const sourcesAreAsLoaded = (): boolean => !sourcesOfStacks().some((file) => hasChangedSince(LOADED_SINCE, file));

/**
 * The name of the stack that these settings, sources, bundles and packages give: 64 hexadecimal digits. This function does not load CDKTF,
 * because loading CDKTF takes longer than the rest of `npm start`.
 */
export function stackKey({ environment, bundles, root = ROOT }: StackInput): string {
  const sources = sourcesOfStacks(root).map((file) => [path.relative(root, file), digestOfFile(file)]);
  const zips = Object.keys(FUNCTION_SETTINGS).map((name) => [name, digestOfFile(path.join(bundles, `${name}.zip`))]);
  return digestOf(JSON.stringify({ environment, zips, sources, packages: digestOfPackages(root) }));
}
