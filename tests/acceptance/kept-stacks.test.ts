import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments, functionsOf } from '../../environments';
import { withStack, type WithStackOptions } from '../../local/kept-stacks/with-stack';
import { MissingBundleError } from '../../modules/function-bundle';
import { stubBundles } from '../support/infra-stack';

const ROOT = path.join(__dirname, '../..');
/** The files that a process needs to synthesize a stack. */
const SOURCES = [
  'cli',
  'emulator',
  'environments',
  'functions',
  'local',
  'modules',
  'protocol',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

let directory = '';
let bundles = '';
let kept = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-kept-'));
  bundles = stubBundles(path.join(directory, 'bundles'));
  kept = path.join(directory, 'kept');
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

interface Taken {
  /** Whether it was synthesized. */
  readonly made: boolean;
  readonly file: string;
  readonly text: string;
  /** The content of the assets, read at the paths that the stack names. */
  readonly zips: readonly string[];
  readonly warnings: readonly string[];
}

async function take(options: Partial<WithStackOptions> = {}): Promise<Taken> {
  let made = false;
  const warnings: string[] = [];
  const all: WithStackOptions = {
    environment: environments.local,
    bundles,
    directory: kept,
    onSynthesis: () => (made = true),
    warn: (text) => warnings.push(text),
    ...options,
  };
  return withStack(all, async (file) => {
    const text = fs.readFileSync(file, 'utf8');
    const names = [...text.matchAll(/"filename": "([^"]+)"/g)].map(([, name = '']) => name);
    const zips = names.map((name) => fs.readFileSync(path.join(path.dirname(file), name), 'utf8'));
    return { made, file, text, zips, warnings };
  });
}

test('a stack is synthesized once; the next use takes the complete kept stack, and no file changes', async () => {
  const first = await take();
  expect(first).toMatchObject({ made: true, warnings: [] });
  expect(first.zips).toHaveLength(functionsOf(environments.local).length);
  expect(await take()).toEqual({ ...first, made: false });
  expect(fs.readdirSync(kept)).toHaveLength(1);
});

test.each<[string, () => Partial<WithStackOptions> | void]>([
  ['other settings', () => ({ environment: { ...environments.local, logLevel: 'DEBUG' } })],
  ['another bundle', () => fs.writeFileSync(path.join(bundles, 'sweep.zip'), 'another')],
])('a second stack is synthesized for %s, and the first stack is kept', async (_, change) => {
  const first = await take();
  const second = await take(change() ?? {});
  expect(second.made).toBe(true);
  expect(second.text).not.toBe(first.text);
  expect(fs.readdirSync(kept)).toHaveLength(2);
  expect(fs.readFileSync(first.file, 'utf8')).toBe(first.text);
});

test.each<[string, (stack: Taken) => void]>([
  ['its JSON is cut off', ({ file }) => fs.truncateSync(file, 1000)],
  ['its JSON is missing', ({ file }) => fs.rmSync(file)],
  ['one of its assets has changed', ({ file }) => fs.writeFileSync(assetOf(file), 'no zip')],
  ['one of its assets is missing', ({ file }) => fs.rmSync(assetOf(file))],
])('a kept stack is synthesized again when %s', async (_, damage) => {
  const first = await take();
  damage(first);
  expect(await take()).toEqual(first);
  expect(await take()).toEqual({ ...first, made: false });
});

/** An asset of a stack. */
function assetOf(stackFile: string): string {
  const directory = path.join(path.dirname(stackFile), 'assets');
  const [zip = ''] = fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.zip'));
  return path.join(directory, zip);
}

test('a kept stack is synthesized again with the option rebuild', async () => {
  await take();
  expect((await take({ rebuild: true })).made).toBe(true);
  expect((await take()).made).toBe(false);
});

test('a stack that cannot be kept causes a warning, and is synthesized, used and removed', async () => {
  fs.writeFileSync(kept, 'a file in the way');
  const { made, file, zips, warnings } = await take();
  expect(made).toBe(true);
  expect(zips.length).toBeGreaterThan(0);
  expect(warnings).toEqual([expect.stringMatching(/^the synthesized stack cannot be kept, so the next start takes longer: E/)]);
  expect(fs.existsSync(file)).toBe(false);
});

test('a missing bundle causes an error, and no part of the stack is kept', async () => {
  fs.rmSync(path.join(bundles, 'sweep.zip'));
  await expect(take()).rejects.toThrow(MissingBundleError);
  expect(fs.readdirSync(kept)).toEqual([]);
});

/** Takes the stack in another process. Returns whether the process synthesized, and how many modules of CDKTF it loaded. */
async function takeInProcess(root: string, before = ''): Promise<{ made: boolean; cdktf: number; text: string }> {
  const program = `
    const { environments } = require('./environments');
    const { withStack } = require('./local/kept-stacks/with-stack');
    let made = false;
    ${before}
    withStack({ environment: environments.local, bundles: ${JSON.stringify(bundles)}, onSynthesis: () => (made = true) }, async (file) => {
      const cdktf = Object.keys(require.cache).filter((name) => /node_modules.(cdktf|@cdktf|constructs)./.test(name)).length;
      console.log(JSON.stringify({ made, cdktf, text: require('node:fs').readFileSync(file, 'utf8') }));
    });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', program], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  await once(child, 'close');
  return JSON.parse(output) as { made: boolean; cdktf: number; text: string };
}

test('concurrent processes make the same stack, a later one takes it without CDKTF, and a changed module gives another stack', async () => {
  const root = path.join(directory, 'clone');
  for (const entry of SOURCES) fs.cpSync(path.join(ROOT, entry), path.join(root, entry), { recursive: true });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  const keptHere = (): string[] => fs.readdirSync(path.join(root, 'dist/kept/stacks'));

  const [one, two] = await Promise.all([takeInProcess(root), takeInProcess(root)]);
  expect(one).toMatchObject({ made: true, cdktf: expect.any(Number) });
  expect(one.cdktf).toBeGreaterThan(10);
  expect(two.text).toBe(one.text);
  expect(keptHere()).toHaveLength(1);

  expect(await takeInProcess(root)).toEqual({ made: false, cdktf: 0, text: one.text });

  // If a module changes while the process runs, the process may have loaded the old or the new text, so the stack is not kept.
  const source = JSON.stringify(path.join(root, 'modules/tunnel-stack.ts'));
  const changing = `
    const fs = require('node:fs');
    fs.writeFileSync(${source}, fs.readFileSync(${source}, 'utf8').replace('Address at which visitors', 'Changed'));`;
  const changed = await takeInProcess(root, changing);
  expect(changed.made).toBe(true);
  expect(changed.text).toContain('"description": "Changed');
  expect(keptHere()).toHaveLength(1);
  const again = await takeInProcess(root);
  expect(again.made).toBe(true);
  expect(again.text).toBe(changed.text);
  expect(keptHere()).toHaveLength(2);
}, 120_000);
