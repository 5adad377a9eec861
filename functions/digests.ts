import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..');
/** What every digest of a missing file is. */
const MISSING = 'missing';

/** SHA-256, as hexadecimal digits. */
export const digestOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** SHA-256 of a file's content, as hexadecimal digits; `missing` for a file that cannot be read. */
export function digestOfFile(file: string): string {
  try {
    return digestOf(fs.readFileSync(file));
  } catch {
    return MISSING;
  }
}

/**
 * Which packages are installed: the lock file, and npm's own list of what it has put into node_modules. The two differ when
 * the lock file has changed and nobody has run `npm ci` since.
 * @param root the folder of package.json
 */
export const digestOfPackages = (root = ROOT): string =>
  digestOf(['package-lock.json', 'node_modules/.package-lock.json'].map((file) => digestOfFile(path.join(root, file))).join());

/**
 * Whether a file has changed, or has gone, after a time. What a program has read of a file may not be what is in it now.
 * @param time in whole ms since the epoch
 */
export function hasChangedSince(time: number, file: string): boolean {
  try {
    // Not the time of modification: whoever copies a file can set that one.
    return Math.floor(fs.statSync(file).ctimeMs) > time;
  } catch {
    return true;
  }
}
