import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { digestOfFile } from '../../functions/digests';

/** This file in each kept folder lists the folder's files, by path, with the digests of their contents. */
const CONTENT_FILE = 'content.json';
const Content = v.record(v.string(), v.string());

/** A folder that was used within this time, in ms, is not removed, because a process may still read it. */
const IN_USE_MS = 10 * 60 * 1000;
/** How often `keep` tries to put a folder into its place while other processes do the same. */
const MOST_TRIES = 20;

/**
 * Keeps folders by key, for any number of processes at once. A folder is filled under another name and then renamed, so that no process
 * sees an incomplete folder. A kept folder is never changed. `find` checks the digests of the folder's files first.
 */
export class KeptFolders {
  /**
   * @param directory created when it is missing
   * @param most how many folders are kept; beyond that, the least recently used folders are removed
   */
  constructor(
    private readonly directory: string,
    private readonly most: number,
  ) {}

  /** The folder of a key; undefined if there is none, or if the folder is damaged. */
  find(key: string): string | undefined {
    const folder = path.join(this.directory, key);
    const content = readContent(folder);
    if (!content) return undefined;
    if (Object.entries(content).some(([file, digest]) => digestOfFile(path.join(folder, file)) !== digest)) return undefined;
    markUsed(folder);
    return folder;
  }

  /**
   * Creates an empty folder to fill for `keep`. A caller that does not keep the folder removes it.
   * @throws Error with a code if nothing can be written
   */
  draft(key: string): string {
    fs.mkdirSync(this.directory, { recursive: true });
    return fs.mkdtempSync(path.join(this.directory, `${key}.`));
  }

  /**
   * Keeps a draft under its key. An identical kept folder stays, because other processes may be reading it. A damaged or different folder
   * is replaced.
   * @returns the folder of the key
   * @throws Error with a code if nothing can be written
   */
  keep(key: string, draft: string): string {
    const folder = path.join(this.directory, key);
    const content = contentOf(draft);
    fs.writeFileSync(path.join(draft, CONTENT_FILE), JSON.stringify(content, undefined, 1));
    for (let tries = 1; ; tries++) {
      if (this.find(key) !== undefined && isDeepStrictEqual(readContent(folder), content)) return folder;
      this.remove(key);
      try {
        fs.renameSync(draft, folder);
        break;
      } catch (error) {
        // Another process may have put its folder there after this process had looked.
        if (tries === MOST_TRIES) throw error;
      }
    }
    this.removeOld();
    return folder;
  }

  /** Also removes drafts that killed processes have left behind. */
  private removeOld(): void {
    const byUse = fs
      .readdirSync(this.directory)
      .map((name) => ({ name, usedAt: usedAt(path.join(this.directory, name)) }))
      .sort((one, other) => other.usedAt - one.usedAt);
    for (const { name, usedAt } of byUse.slice(this.most)) if (Date.now() - usedAt > IN_USE_MS) this.remove(name);
  }

  /** Renames the folder before deleting it, so that other processes find either the whole folder or none. */
  private remove(name: string): void {
    const folder = path.join(this.directory, name);
    if (!fs.existsSync(folder)) return;
    const removed = path.join(fs.mkdtempSync(`${folder}.`), 'removed');
    try {
      fs.renameSync(folder, removed);
    } catch {
      // Another process was quicker.
    }
    fs.rmSync(path.dirname(removed), { recursive: true, force: true });
  }
}

function contentOf(folder: string): Record<string, string> {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((file) => [path.relative(folder, file), digestOfFile(file)]));
}

function readContent(folder: string): Readonly<Record<string, string>> | undefined {
  try {
    const { success, output } = v.safeParse(Content, JSON.parse(fs.readFileSync(path.join(folder, CONTENT_FILE), 'utf8')));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** When a folder was last used, in ms since the epoch; 0 for a folder that has gone. */
const usedAt = (folder: string): number => fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function markUsed(folder: string): void {
  try {
    const now = new Date();
    fs.utimesSync(folder, now, now);
  } catch {
    // If nothing can be written here, no folder is removed either.
  }
}
