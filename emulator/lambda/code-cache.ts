/** Keeps V8's code caches of functions in a directory, for later environments and for later runs of the local cloud. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** A cache older than this is removed at the next start, and created again when it is needed. In ms. */
const LIFE_MS = 7 * 24 * 60 * 60 * 1000;

export class CodeCache {
  private constructor(private readonly directory: string) {}

  /** @returns undefined where the directory cannot be made or read: functions start without a cache then */
  static open(directory: string): CodeCache | undefined {
    try {
      mkdirSync(directory, { recursive: true });
      for (const name of readdirSync(directory)) removeOld(path.join(directory, name));
      return new CodeCache(directory);
    } catch {
      return undefined;
    }
  }

  /**
   * The file of one bundle's cache. The name contains a hash of code, version and flags: V8 accepts a cache only for the same version
   * and flags, and does not notice when the code has changed.
   * @param digest of the code
   * @param flags of Node.js
   */
  fileFor(digest: string, flags: readonly string[]): string {
    const key = createHash('sha256').update([digest, process.version, process.arch, ...flags].join(' '));
    return path.join(this.directory, `${key.digest('hex')}.v8`);
  }
}

function removeOld(file: string): void {
  const { mtimeMs = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (Date.now() - mtimeMs > LIFE_MS) rmSync(file, { force: true });
}
