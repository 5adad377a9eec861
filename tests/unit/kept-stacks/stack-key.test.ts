import { build } from 'esbuild';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environments } from '../../../environments';
import { sourcesOfStacks, stackKey, type StackInput } from '../../../local/kept-stacks/stack-key';

const ROOT = path.join(__dirname, '../../..');

let root = '';
let input: StackInput;
let before = '';
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'stack-key-'));
  const files = [
    'cli/told-error.ts',
    'modules/tunnel-stack.ts',
    'modules/alarms/one.ts',
    'environments/local.ts',
    'protocol/index.ts',
    'functions/settings.ts',
    'functions/sweep/handler.ts',
    'local/start.ts',
    'package-lock.json',
    'node_modules/.package-lock.json',
    'dist/functions/sweep.zip',
    'dist/functions/roll-back.zip',
  ];
  for (const file of files) change(file, file);
  input = { root, environment: environments.local, bundles: path.join(root, 'dist/functions') };
  before = stackKey(input);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function change(file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
}

test('the stack key stays the same for the same sources, also in a copy of the repository', () => {
  expect(stackKey(input)).toBe(before);
  const copy = `${root}-copy`;
  try {
    fs.cpSync(root, copy, { recursive: true });
    expect(stackKey({ root: copy, environment: structuredClone(environments.local), bundles: path.join(copy, 'dist/functions') })).toBe(
      before,
    );
  } finally {
    fs.rmSync(copy, { recursive: true, force: true });
  }
});

test.each<[string, () => void]>([
  ['a changed module', () => change('modules/alarms/one.ts', 'changed')],
  ['a changed table that modules and functions share', () => change('functions/settings.ts', 'changed')],
  ['a changed file of the environments', () => change('environments/local.ts', 'changed')],
  ['a changed protocol', () => change('protocol/index.ts', 'changed')],
  ['a changed lock file', () => change('package-lock.json', 'changed')],
  ['changed packages in node_modules', () => change('node_modules/.package-lock.json', 'changed')],
  ['a changed bundle', () => change('dist/functions/sweep.zip', 'changed')],
  [
    'two swapped bundles',
    () => {
      change('dist/functions/sweep.zip', 'dist/functions/roll-back.zip');
      change('dist/functions/roll-back.zip', 'dist/functions/sweep.zip');
    },
  ],
  ['a missing bundle', () => fs.rmSync(path.join(root, 'dist/functions/sweep.zip'))],
  ['a new module', () => change('modules/two.ts', '')],
  ['a renamed module', () => fs.renameSync(path.join(root, 'modules/alarms/one.ts'), path.join(root, 'modules/alarms/two.ts'))],
])('the stack key changes with %s', (_, make) => {
  make();
  expect(stackKey(input)).not.toBe(before);
});

test('the stack key changes with a changed setting of the environment', () => {
  const { timings } = environments.local;
  expect(stackKey({ ...input, environment: { ...environments.local, timings: { ...timings, safetyReadMs: 999 } } })).not.toBe(before);
});

test.each<[string, () => void]>([
  ['the source of a function, which counts only by its bundle', () => change('functions/sweep/handler.ts', 'changed')],
  ['the source of the local cloud', () => change('local/start.ts', 'changed')],
  ['a document in the folder of the modules', () => change('modules/README.md', 'changed')],
  ['the modification time of a file', () => fs.utimesSync(path.join(root, 'modules/tunnel-stack.ts'), 1, 1)],
])('the stack key does not change with a change of %s', (_, make) => {
  make();
  expect(stackKey(input)).toBe(before);
});

test('every file that the synthesis imports is a source of the stack key', async () => {
  const { metafile } = await build({
    entryPoints: [path.join(ROOT, 'modules/synthesize.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    packages: 'external',
    absWorkingDir: ROOT,
  });
  const imported = Object.keys(metafile.inputs);
  expect(imported).toContain('modules/tunnel-stack.ts');
  const sources = new Set(sourcesOfStacks().map((file) => path.relative(ROOT, file)));
  expect(imported.filter((file) => !sources.has(file))).toEqual([]);
});
