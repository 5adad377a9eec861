import fs from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../environments';
import { FUNCTION_SETTINGS } from '../../functions/settings';
import { digestOf, digestOfFile, digestOfPackages, hasChangedSince } from '../../functions/digests';

const ROOT = path.join(__dirname, '../..');
/** Whose every file, at whatever depth, may be part of modules/synthesize.ts. */
const FOLDERS = ['cli', 'environments', 'modules', 'protocol'];
/** Of this folder only the files at its top: the tables that modules share with functions (.dependency-cruiser.cjs holds it). */
const TABLES = 'functions';
/** When this process began, and so before it loaded any source; in whole ms since the epoch. */
const LOADED_SINCE = Math.floor(Date.now() - process.uptime() * 1000);

/** What a stack is made from. */
export interface StackInput {
  readonly environment: Environment;
  /** Directory of the functions' zips. */
  readonly bundles: string;
  /** The folder of package.json; this repository when left out. */
  readonly root?: string;
}

/** Every file that may be part of modules/synthesize.ts, packages apart; absolute, in a fixed order. */
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

/** Whether the sources are certain to be those that this process has loaded or will load: none has changed since it began. */
export const sourcesAreAsLoaded = (): boolean => !sourcesOfStacks().some((file) => hasChangedSince(LOADED_SINCE, file));

/**
 * The name of the stack that these settings, sources, bundles and packages give: 64 hexadecimal digits. Nothing of CDKTF is
 * loaded for it, because loading CDKTF takes longer than all the rest of `npm start`.
 */
export function stackKey({ environment, bundles, root = ROOT }: StackInput): string {
  const sources = sourcesOfStacks(root).map((file) => [path.relative(root, file), digestOfFile(file)]);
  const zips = Object.keys(FUNCTION_SETTINGS).map((name) => [name, digestOfFile(path.join(bundles, `${name}.zip`))]);
  return digestOf(JSON.stringify({ environment, zips, sources, packages: digestOfPackages(root) }));
}
