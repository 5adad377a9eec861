import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '..');
/** The digest of a missing file. */
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
 * Digest of the installed packages: of the lock file, and of npm's own list of what is in node_modules. The two differ when the
 * lock file has changed and nobody has run `npm ci` since.
 * @param root the folder of package.json
 */
export const digestOfPackages = (root = ROOT): string =>
  digestOf(['package-lock.json', 'node_modules/.package-lock.json'].map((file) => digestOfFile(path.join(root, file))).join());

/**
 * Whether a file has changed, or was removed, after a time. If so, content that a program read earlier may be outdated.
 * @param time in whole ms since the epoch
 */
export function hasChangedSince(time: number, file: string): boolean {
  try {
    // Uses the change time, not the modification time: a program that copies a file can set the latter.
    return Math.floor(fs.statSync(file).ctimeMs) > time;
  } catch {
    return true;
  }
}
