import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { KeptFolders } from '../../../local/kept-stacks/kept-folders';

const ROOT = path.join(__dirname, '../../..');
const KEY = 'a-key';

let directory = '';
let folders: KeptFolders;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'kept-folders-'));
  folders = new KeptFolders(directory, 3);
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

/** Keeps a folder that has one file in a subfolder. */
function keep(key: string, text: string): string {
  const draft = folders.draft(key);
  fs.mkdirSync(path.join(draft, 'below'));
  fs.writeFileSync(path.join(draft, 'below/file'), text);
  const folder = folders.keep(key, draft);
  fs.rmSync(draft, { recursive: true, force: true });
  return folder;
}
const textIn = (folder: string | undefined): string => fs.readFileSync(path.join(folder ?? '', 'below/file'), 'utf8');

test('a kept folder is found under its own key only, also after the directory was moved', () => {
  keep(KEY, 'text');
  expect(textIn(folders.find(KEY))).toBe('text');
  expect(folders.find('another')).toBeUndefined();

  const elsewhere = path.join(directory, 'elsewhere');
  fs.mkdirSync(elsewhere);
  fs.renameSync(path.join(directory, KEY), path.join(elsewhere, KEY));
  expect(textIn(new KeptFolders(elsewhere, 3).find(KEY))).toBe('text');
});

test.each<[string, (folder: string) => void]>([
  ['a file in the folder was changed', (folder) => fs.appendFileSync(path.join(folder, 'below/file'), '!')],
  ['a file in the folder was truncated', (folder) => fs.truncateSync(path.join(folder, 'below/file'))],
  ['a file in the folder is missing', (folder) => fs.rmSync(path.join(folder, 'below/file'))],
  ['the list of its files is missing', (folder) => fs.rmSync(path.join(folder, 'content.json'))],
  ['the list of its files is no JSON', (folder) => fs.writeFileSync(path.join(folder, 'content.json'), '{')],
  ['there is a file in its place', (folder) => (fs.rmSync(folder, { recursive: true }), fs.writeFileSync(folder, ''))],
])('a kept folder is not found if %s, and a new folder replaces it', (_, damage) => {
  damage(keep(KEY, 'text'));
  expect(folders.find(KEY)).toBeUndefined();
  expect(textIn(keep(KEY, 'made again'))).toBe('made again');
  expect(textIn(folders.find(KEY))).toBe('made again');
  expect(fs.readdirSync(directory)).toEqual([KEY]);
});

test('a kept folder is not replaced by a folder with the same content, because a process may be reading it', () => {
  const { ino } = fs.statSync(keep(KEY, 'text'));
  expect(fs.statSync(keep(KEY, 'text')).ino).toBe(ino);
  expect(fs.statSync(keep(KEY, 'other text')).ino).not.toBe(ino);
  expect(textIn(folders.find(KEY))).toBe('other text');
});

describe('if there are more kept folders than the maximum,', () => {
  const use = (name: string, minutesAgo: number): void => {
    const then = new Date(Date.now() - minutesAgo * 60_000);
    fs.utimesSync(path.join(directory, name), then, then);
  };

  test('the least recently used folder and the drafts of killed processes are removed', () => {
    for (const name of ['one', 'two', 'three']) keep(name, name);
    const draft = path.basename(folders.draft('killed'));
    for (const [i, name] of ['one', 'two', 'three', draft].entries()) use(name, 60 + i);
    folders.find('three');
    keep('four', 'four');
    expect(fs.readdirSync(directory).sort()).toEqual(['four', 'one', 'three']);
  });

  test('no folder that was used in the last ten minutes is removed', () => {
    for (const name of ['one', 'two', 'three']) keep(name, name);
    use('one', 11);
    use('two', 9);
    keep('four', 'four');
    keep('five', 'five');
    expect(fs.readdirSync(directory).sort()).toEqual(['five', 'four', 'three', 'two']);
  });
});

test('if the directory cannot be made, draft() throws and find() finds nothing', () => {
  const file = path.join(directory, 'file');
  fs.writeFileSync(file, '');
  const broken = new KeptFolders(file, 3);
  expect(broken.find(KEY)).toBeUndefined();
  expect(() => broken.draft(KEY)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
});

test('concurrent processes that keep and remove the same folders find only complete folders and leave no drafts', async () => {
  const program = `
    const fs = require('node:fs');
    const { KeptFolders } = require('./local/kept-stacks/kept-folders');
    const directory = ${JSON.stringify(directory)};
    const folders = new KeptFolders(directory, 1);
    for (let round = 0; round < 150; round++) {
      const key = 'key-' + (round % 3);
      const found = folders.find(key);
      let text;
      // Another process may make this folder old (see below); then it may be removed while it is read.
      try { text = found && fs.readFileSync(found + '/file', 'utf8'); } catch {}
      if (text !== undefined && text.length !== 100_000) throw new Error('half a folder');
      if (round % 4 === 0) {
        const old = new Date(Date.now() - 3_600_000);
        try { fs.utimesSync(directory + '/' + key, old, old); } catch {}
      }
      const draft = folders.draft(key);
      fs.writeFileSync(draft + '/file', String(round % 2).repeat(100_000));
      folders.keep(key, draft);
      fs.rmSync(draft, { recursive: true, force: true });
    }`;
  const processes = [1, 2, 3].map(() =>
    spawn(process.execPath, ['--import', 'tsx', '-e', program], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  const codes = await Promise.all(processes.map((child) => once(child, 'exit')));
  expect(codes.map(([code]) => code as unknown)).toEqual([0, 0, 0]);
  expect(fs.readdirSync(directory).filter((name) => !/^key-\d$/.test(name))).toEqual([]);
}, 120_000);
