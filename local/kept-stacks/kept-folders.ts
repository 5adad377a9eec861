import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { digestOfFile } from '../../functions/digests';

/** In each kept folder: the files in it and the digests of their contents, by path. */
const CONTENT_FILE = 'content.json';
const Content = v.record(v.string(), v.string());

/** No folder that was used in this time is removed, because its user may still read it. */
const IN_USE_MS = 10 * 60 * 1000;
/** How often a folder is put into its place, where other processes do the same. */
const MOST_TRIES = 20;

/**
 * Folders kept by a key, for any number of processes at once. A folder is filled under another name and then renamed, so that
 * nobody sees half of it, and it is never changed afterwards. Whoever takes one makes sure first that it is as it was made.
 */
export class KeptFolders {
  /**
   * @param directory created when it is missing
   * @param most how many are kept; beyond that those go that were not used for the longest time
   */
  constructor(
    private readonly directory: string,
    private readonly most: number,
  ) {}

  /** The folder of a key; nothing where there is none, and where it is damaged. */
  find(key: string): string | undefined {
    const folder = path.join(this.directory, key);
    const content = readContent(folder);
    if (!content) return undefined;
    if (Object.entries(content).some(([file, digest]) => digestOfFile(path.join(folder, file)) !== digest)) return undefined;
    markUsed(folder);
    return folder;
  }

  /**
   * An empty folder to fill for `keep`; whoever does not keep it removes it.
   * @throws Error with a code where nothing can be written
   */
  draft(key: string): string {
    fs.mkdirSync(this.directory, { recursive: true });
    return fs.mkdtempSync(path.join(this.directory, `${key}.`));
  }

  /**
   * Keeps a draft under its key. A folder that is kept already stays where it is the same, because others may be reading it, and
   * goes where it is damaged or another.
   * @returns the folder of the key
   * @throws Error with a code where nothing can be written
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
        // Another process may have put its own there after ours had looked.
        if (tries === MOST_TRIES) throw error;
      }
    }
    this.removeOld();
    return folder;
  }

  /** Drafts of processes that were killed go as well: nobody uses them. */
  private removeOld(): void {
    const byUse = fs
      .readdirSync(this.directory)
      .map((name) => ({ name, usedAt: usedAt(path.join(this.directory, name)) }))
      .sort((one, other) => other.usedAt - one.usedAt);
    for (const { name, usedAt } of byUse.slice(this.most)) if (Date.now() - usedAt > IN_USE_MS) this.remove(name);
  }

  /** Renamed first: who looks for it meanwhile finds the whole of it or nothing. */
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

/** When it was used last, in ms since the epoch; 0 for one that has gone. */
const usedAt = (folder: string): number => fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function markUsed(folder: string): void {
  try {
    const now = new Date();
    fs.utimesSync(folder, now, now);
  } catch {
    // Where nothing can be written, nothing is removed either.
  }
}
