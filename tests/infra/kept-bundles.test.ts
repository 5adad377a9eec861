import { unzipSync } from 'fflate';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { recordOf } from '../../functions/bundle-record';
import { buildFunctions, type BuildOptions, type BuiltFunction } from '../../functions/build-functions';

const ROOT = path.join(__dirname, '../..');

let directory = '';
const inDirectory = (...names: string[]): string => path.join(directory, ...names);
const zipOf = (name: string): string => inDirectory('out', `${name}.zip`);
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-kept-'));
  write(
    'functions/one/handler.ts',
    `import { text } from 'a-package'; import { more } from '../shared'; export const handler = (): string => text + more;`,
  );
  write('functions/two/handler.ts', `export const handler = (): number => 2;`);
  write('functions/shared.ts', `export const more = 'shared';`);
  write('node_modules/a-package/index.js', `exports.text = 'package';`);
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(inDirectory(file)), { recursive: true });
  fs.writeFileSync(inDirectory(file), text);
}

/** Builds both functions. @returns the names of those that were not up to date, and what was built */
async function building(options: Partial<BuildOptions> = {}): Promise<{ made: readonly string[]; built: BuiltFunction[] }> {
  let made: readonly string[] = [];
  const onBuild = (names: readonly string[]): void => void (made = names);
  const built = await buildFunctions({
    outdir: inDirectory('out'),
    names: ['one', 'two'],
    functions: inDirectory('functions'),
    onBuild,
    ...options,
  });
  return { made, built };
}

const codeOf = (name: string): string => Buffer.from(unzipSync(fs.readFileSync(zipOf(name)))['index.js'] ?? []).toString();

test('a bundle is not rebuilt while its inputs have not changed', async () => {
  const first = await building();
  expect(first.made).toEqual(['one', 'two']);
  const { mtimeMs, ino } = fs.statSync(zipOf('one'));
  const later = new Date(Date.now() + 60_000);
  fs.utimesSync(inDirectory('functions/one/handler.ts'), later, later);
  write('functions/unrelated.ts', '');
  write('functions/shared.test.ts', '');

  const second = await building();
  expect(second.made).toEqual([]);
  expect(second.built).toEqual(first.built);
  expect(fs.statSync(zipOf('one'))).toMatchObject({ mtimeMs, ino });
});

test.each<[string, string, () => void]>([
  ['its source has changed', 'two', () => write('functions/two/handler.ts', `export const handler = (): number => 3;`)],
  ['a file that it imports has changed', 'one', () => write('functions/shared.ts', `export const more = 'changed';`)],
  ['a package has changed', 'one', () => write('node_modules/a-package/index.js', `exports.text = 'changed';`)],
  ['its zip is cut off', 'two', () => fs.truncateSync(zipOf('two'), 40)],
  ['its zip has other bytes', 'two', () => fs.copyFileSync(zipOf('one'), zipOf('two'))],
  ['its zip is missing', 'one', () => fs.rmSync(zipOf('one'))],
  ['its record is missing', 'one', () => fs.rmSync(recordOf(zipOf('one')))],
  ['its record is no JSON', 'one', () => fs.writeFileSync(recordOf(zipOf('one')), '{')],
  ['its record has other fields', 'one', () => fs.writeFileSync(recordOf(zipOf('one')), '{"inputs":[]}')],
  ['its record is the record of another function', 'one', () => fs.copyFileSync(recordOf(zipOf('two')), recordOf(zipOf('one')))],
])('only one bundle is rebuilt when %s', async (_, name, change) => {
  await building();
  change();
  expect((await building()).made).toEqual([name]);
  expect(codeOf('one')).toMatch(/package|changed/);
  expect((await building()).made).toEqual([]);
});

test('a bundle is rebuilt when one of its inputs is deleted, and the error names the missing file', async () => {
  await building();
  fs.rmSync(inDirectory('functions/shared.ts'));
  await expect(building()).rejects.toThrow(/function "one" cannot be bundled .*Could not resolve "..\/shared"/s);
});

test('all bundles are rebuilt when their records have another recipe of options and packages', async () => {
  await building();
  for (const name of ['one', 'two']) {
    const record = recordOf(zipOf(name));
    fs.writeFileSync(record, fs.readFileSync(record, 'utf8').replace(/"recipe": "./, '"recipe": "-'));
  }
  expect((await building()).made).toEqual(['one', 'two']);
});

test('all bundles are rebuilt with the option rebuild', async () => {
  await building();
  expect((await building({ rebuild: true })).made).toEqual(['one', 'two']);
});

test('a bundle is rebuilt by the next build when its source changed during this build', async () => {
  const onBuild = (): void => {
    // Long enough for a new modification time on the file system.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    write('functions/two/handler.ts', `export const handler = (): string => 'changed';`);
  };
  await building({ onBuild });
  expect((await building()).made).toEqual(['two']);
  expect((await building()).made).toEqual([]);
});

test('a build succeeds when a record cannot be written, and the next build rebuilds that bundle', async () => {
  fs.mkdirSync(path.join(recordOf(zipOf('one')), 'in-the-way'), { recursive: true });
  expect((await building()).made).toEqual(['one', 'two']);
  expect((await building()).made).toEqual(['one']);
  expect(fs.readdirSync(inDirectory('out')).sort()).toEqual(['one.json', 'one.zip', 'two.json', 'two.zip']);
});

test('builds that run at the same time never leave an incomplete zip', async () => {
  const program = `
    const { buildFunctions } = require('./functions/build-functions');
    const options = ${JSON.stringify({ outdir: inDirectory('out'), names: ['one', 'two'], functions: inDirectory('functions'), rebuild: true })};
    (async () => { for (let i = 0; i < 10; i++) await buildFunctions(options); })();`;
  await building();
  const processes = [1, 2].map(() =>
    spawn(process.execPath, ['--import', 'tsx', '-e', program], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  const ended = Promise.all(processes.map((child) => once(child, 'exit')));
  let looks = 0;
  while (processes.some(({ exitCode }) => exitCode === null)) {
    expect(codeOf('one')).toContain('shared');
    looks++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await ended).map(([code]) => code as unknown)).toEqual([0, 0]);
  expect(looks).toBeGreaterThan(10);
  expect((await building()).made).toEqual([]);
}, 120_000);
