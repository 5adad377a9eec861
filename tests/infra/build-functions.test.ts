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

/** The files of a zip: names and code. */
const filesIn = (zip: string): Map<string, string> =>
  new Map(Object.entries(unzipSync(fs.readFileSync(zip))).map(([name, code]) => [name, Buffer.from(code).toString()]));
const codeIn = (zip: string): string => filesIn(zip).get('index.js') ?? '';

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

  it('makes a file of its own for a module that a function loads with import(), which the function can load', async () => {
    const functions = sources({
      greet: `export const handler = async (): Promise<string> => 'hello ' + (await import('../parts/handler')).name;`,
      parts: `export const name: string = 'world';`,
    });
    const [built] = await buildFunctions({ outdir: path.join(directory, 'out'), names: ['greet'], functions });
    const files = filesIn(built?.zip ?? '');
    expect([...files.keys()]).toEqual(['index.js', 'handler.js']);
    expect(files.get('index.js')).not.toContain('world');
    expect(built?.codeBytes).toBe([...files.values()].join('').length);
    for (const [name, code] of files) fs.writeFileSync(path.join(directory, name), code);
    const index = JSON.stringify(path.join(directory, 'index.js'));
    expect(
      execFileSync(process.execPath, ['-p', `require(${index}).handler().then(console.log), ''`])
        .toString()
        .trim(),
    ).toBe('hello world');
  });

  it('refuses a module loaded with import() that imports a module that keeps state', async () => {
    const tracing = JSON.stringify(path.join(__dirname, '../../functions/tracing'));
    const functions = sources({
      greet: `export const handler = () => import('../parts/handler');`,
      parts: `export { openSpan } from ${tracing};`,
    });
    const building = buildFunctions({ outdir: path.join(directory, 'out'), names: ['greet'], functions });
    await expect(building).rejects.toThrow(
      'handler.js, which is loaded by import(), imports functions/logger.ts: pass what it needs as a parameter',
    );
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
    for (const { zip } of built) for (const code of filesIn(zip).values()) expect(code).not.toContain('createHook(');
  });

  it.each(['forward-request', 'receive-message'])('%s: starts without S3, the clients of the SDK, and X-Ray', (name) => {
    const files = filesIn(built.find((each) => each.name === name)?.zip ?? '');
    expect([...files.keys()]).toEqual(['index.js', 'body-bucket.js', 'xray-tracer.js']);
    const isIn = (file: string, text: string): boolean => (files.get(file) ?? '').includes(text);
    // Words that only these packages have.
    expect(['S3Client', 'resolveMiddleware', 'AWS_XRAY_DAEMON_ADDRESS'].filter((word) => isIn('index.js', word))).toEqual([]);
    expect([
      isIn('body-bucket.js', 'S3Client'),
      isIn('body-bucket.js', 'resolveMiddleware'),
      isIn('xray-tracer.js', 'AWS_XRAY_DAEMON_ADDRESS'),
    ]).toEqual([true, true, true]);
  });
});
