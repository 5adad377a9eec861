import { unzipSync } from 'fflate';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BuildError, buildFunctions } from '../../functions/build-functions';
import { functionNames } from '../support/infra-stack';

let directory = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'http-tunnel-build-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

/** Writes `functions/<name>/handler.ts` for each handler. Returns the directory `functions`. */
function sources(handlers: Record<string, string>): string {
  for (const [name, code] of Object.entries(handlers)) {
    fs.mkdirSync(path.join(directory, 'functions', name), { recursive: true });
    fs.writeFileSync(path.join(directory, 'functions', name, 'handler.ts'), code);
  }
  return path.join(directory, 'functions');
}

const codeIn = (zip: string): string => {
  const files = unzipSync(fs.readFileSync(zip));
  expect(Object.keys(files)).toEqual(['index.js']);
  return Buffer.from(files['index.js'] ?? []).toString();
};

describe('building functions', () => {
  it('makes one zip for each function; its index.js contains the handler and everything that the handler imports', async () => {
    const functions = sources({
      greet: `import { name } from '../other/handler'; export const handler = async (): Promise<string> => 'hello ' + name;`,
      other: `export const name: string = 'world'; export const handler = (): string => name;`,
    });
    const built = await buildFunctions({
      outdir: path.join(directory, 'out'),
      names: ['greet', 'other'],
      functions,
    });
    expect(built.map(({ name }) => name)).toEqual(['greet', 'other']);

    const index = path.join(directory, 'index.js');
    const code = codeIn(built[0]?.zip ?? '');
    fs.writeFileSync(index, code);
    expect(built[0]?.codeBytes).toBe(Buffer.byteLength(code));
    const answer = execFileSync(process.execPath, ['-p', `require(${JSON.stringify(index)}).handler().then(console.log), ''`]);
    expect(answer.toString().trim()).toBe('hello world');
  });

  it('makes the same bytes from the same source, in any directory and time zone', async () => {
    const functions = sources({ one: `export const handler = (): number => 1;` });
    const [first] = await buildFunctions({ outdir: path.join(directory, 'a'), names: ['one'], functions });
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Auckland';
    const [second] = await buildFunctions({ outdir: path.join(directory, 'b'), names: ['one'], functions });
    process.env['TZ'] = zone;
    expect(fs.readFileSync(second?.zip ?? '').equals(fs.readFileSync(first?.zip ?? ''))).toBe(true);
  });

  it('reports the name of a function without a handler, and the expected path', async () => {
    const functions = sources({});
    const building = buildFunctions({ outdir: path.join(directory, 'out'), names: ['ghost'], functions });
    await expect(building).rejects.toThrow(BuildError);
    await expect(building).rejects.toThrow(`function "ghost" cannot be bundled from ${path.join(functions, 'ghost', 'handler.ts')}`);
  });
});

describe('the bundles of all functions', () => {
  let built: Awaited<ReturnType<typeof buildFunctions>> = [];
  beforeAll(async () => {
    // The bundles that all suites use: up-to-date bundles are not built again.
    built = await buildFunctions({ outdir: path.join(__dirname, '../../dist/functions') });
  });

  it('contain the handler, and are smaller than 400 KB', () => {
    expect(built.map(({ name }) => name)).toEqual(functionNames);
    for (const { zip, zipBytes } of built) {
      expect(codeIn(zip)).toContain('handler');
      expect(zipBytes).toBeLessThan(400 * 1024);
    }
  });

  it('do not contain the hook into every promise (createHook), which functions/xray-context.ts replaces', () => {
    for (const { zip } of built) expect(codeIn(zip)).not.toContain('createHook(');
  });
});
