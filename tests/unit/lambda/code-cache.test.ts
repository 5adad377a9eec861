import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CodeCache } from '../../../emulator/lambda/code-cache';
import { eventually } from '../../support/eventually';
import { startLambda } from '../../support/lambda-fixture';
import type { InvocationOutcome } from '../../../emulator/services';

const answering = (text: string): string =>
  `exports.handler = async () => ({ text: ${JSON.stringify(text)}, file: __filename, loaded: require('node:path').sep });`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'code-cache-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs a function once in its own Lambda service, and waits until the environment asks for the next invocation. */
async function runOnce(source: string, codeCache = directory): Promise<InvocationOutcome> {
  const lambda = await startLambda({ f: source }, { codeCache });
  try {
    const outcome = await lambda.invoke('f');
    // The first environment freezes after it has kept its cache and asked for another invocation.
    await eventually(() => lambda.service.environments().every(({ frozen, exited }) => frozen || exited));
    return outcome;
  } finally {
    await lambda.close();
  }
}

const keptFiles = async (): Promise<string[]> => (await readdir(directory)).map((name) => path.join(directory, name));

test('the first environment saves its compiled code, and the next environment uses the saved code', async () => {
  expect(await runOnce(answering('hello'))).toMatchObject({ kind: 'ok', payload: { text: 'hello', loaded: path.sep } });
  const [file, ...others] = await keptFiles();
  expect(others).toEqual([]);
  const made = await stat(file as string);
  expect(await runOnce(answering('hello'))).toMatchObject({ kind: 'ok', payload: { text: 'hello' } });
  expect(await keptFiles()).toEqual([file]);
  // If V8 had refused the cache, the file would be a new one.
  expect((await stat(file as string)).ino).toBe(made.ino);
});

test('changed code of the same length does not use the cache of the old code', async () => {
  await runOnce(answering('one'));
  expect(await runOnce(answering('two'))).toMatchObject({ payload: { text: 'two' } });
  expect(await keptFiles()).toHaveLength(2);
});

test('a damaged file of the code cache is replaced', async () => {
  await runOnce(answering('hello'));
  const [file = ''] = await keptFiles();
  await writeFile(file, (await readFile(file)).fill(7));
  expect(await runOnce(answering('hello'))).toMatchObject({ payload: { text: 'hello' } });
  expect((await readFile(file)).every((byte) => byte === 7)).toBe(false);
});

test('code with a dynamic import() runs without a cache', async () => {
  const source = `exports.handler = async () => (await import('node:os')).EOL;`;
  expect(await runOnce(source)).toEqual({ kind: 'ok', payload: '\n' });
  expect(await keptFiles()).toEqual([]);
});

test('a stack trace has the same position with a cache as without a cache', async () => {
  const source = `exports.handler = async () => { throw new Error('here'); };`;
  const trace = async (codeCache?: string): Promise<string | undefined> => {
    const lambda = await startLambda({ f: source }, codeCache === undefined ? {} : { codeCache });
    try {
      await lambda.invoke('f');
      await eventually(() => lambda.lines.some(({ text }) => text.includes('index.js:1:')));
      return lambda.lines.map(({ text }) => /index\.js:\d+:\d+/.exec(text)?.[0]).find((place) => place !== undefined);
    } finally {
      await lambda.close();
    }
  };
  expect(await trace(directory)).toBe(await trace());
});

test('a function runs even if the directory of the code cache cannot be used', async () => {
  const file = path.join(directory, 'a file');
  await writeFile(file, '');
  expect(await runOnce(answering('hello'), file)).toMatchObject({ payload: { text: 'hello' } });
});

test('files of the code cache that are older than a week are removed when the cache is opened', async () => {
  const [old, fresh] = ['old.v8', 'fresh.v8'].map((name) => path.join(directory, name)) as [string, string];
  await Promise.all([writeFile(old, ''), writeFile(fresh, '')]);
  const eightDaysAgo = Date.now() / 1000 - 8 * 24 * 60 * 60;
  await utimes(old, eightDaysAgo, eightDaysAgo);
  expect(CodeCache.open(directory)).toBeDefined();
  expect(await keptFiles()).toEqual([fresh]);
});
