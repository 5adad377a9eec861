import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../../support/eventually';
import { arnOf, isAlive, startLambda } from '../../support/lambda-fixture';
import type { LambdaFixture } from '../../support/lambda-fixture';
import type { InvokeResult } from '../../../emulator/services';

const COUNTER = `let n = 0; exports.handler = async () => ({ n: ++n, pid: process.pid });`;
const SLOW = `exports.handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return process.pid; };`;
/** Each invocation ends when the file exists. */
const WAITS_FOR_FILE = `const { existsSync } = require('node:fs');
  exports.handler = async ({ file }) => { while (!existsSync(file)) await new Promise((r) => setTimeout(r, 20)); return process.pid; };`;

let lambda: LambdaFixture;
afterEach(() => lambda.close());

const payloads = (results: readonly InvokeResult[]): unknown[] => results.map((result) => (result.kind === 'ok' ? result.payload : result));

test('consecutive invocations run in one environment', async () => {
  lambda = await startLambda({ counter: COUNTER });
  const results = [await lambda.invoke('counter'), await lambda.invoke('counter'), await lambda.invoke('counter')];
  expect(payloads(results)).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }]);
  await eventually(() => lambda.records.length === 3);
  expect(lambda.records.map(({ coldStart }) => coldStart)).toEqual([true, false, false]);
  expect(lambda.service.stats().counter).toMatchObject({ invocations: 3, coldStarts: 1, errors: 0 });
});

test('an invocation that waits for an environment is counted while it waits, and its record has the time', async () => {
  lambda = await startLambda({ slow: SLOW });
  const first = lambda.invoke('slow', { ms: 300 });
  expect(lambda.service.waiting).toBe(1);
  await eventually(() => lambda.service.waiting === 0);
  await first;
  await eventually(() => lambda.records.length === 1);
  await eventually(() => lambda.service.environments().every(({ frozen }) => frozen));
  await lambda.invoke('slow', { ms: 0 });
  await eventually(() => lambda.records.length === 2);
  const [cold, warm] = lambda.records.map(({ waitedMs }) => waitedMs);
  expect(cold).toBeGreaterThan(20);
  expect(warm).toBeLessThan(cold as number);
});

test('the first invocation of a warmed environment is no cold start, but is billed with the init time', async () => {
  lambda = await startLambda({ counter: COUNTER });
  await lambda.service.warm({ counter: 1 });
  expect(lambda.service.environments('counter')).toHaveLength(1);
  await lambda.invoke('counter');
  await eventually(() => lambda.records.length === 1);
  const [record] = lambda.records;
  expect(record).toMatchObject({ coldStart: false, initMs: undefined });
  expect(record?.billedMs).toBeGreaterThan(Math.ceil(record?.durationMs as number));
});

test('twenty concurrent invocations run in twenty environments', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'lambda-test-'));
  const signal = path.join(directory, 'end');
  try {
    lambda = await startLambda({ waits: WAITS_FOR_FILE });
    const results = Promise.all(Array.from({ length: 20 }, () => lambda.invoke('waits', { file: signal })));
    await eventually(() => lambda.lines.filter(({ text }) => text.startsWith('START')).length === 20);
    await writeFile(signal, '');
    expect(new Set(payloads(await results)).size).toBe(20);
    expect(lambda.service.environments('waits')).toHaveLength(20);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a function above its reserved concurrency is throttled until another invocation has ended', async () => {
  lambda = await startLambda({ slow: { reservedConcurrency: 1, files: { 'index.js': SLOW } } });
  const first = lambda.invoke('slow', { ms: 300 });
  expect(await lambda.invoke('slow', { ms: 0 })).toEqual({
    kind: 'throttled',
    reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
  expect(await first).toMatchObject({ kind: 'ok' });
  expect(await lambda.invoke('slow', { ms: 0 })).toMatchObject({ kind: 'ok' });
  expect(lambda.service.stats().slow).toMatchObject({ throttles: 1 });
});

test('functions without reserved concurrency share the unreserved concurrency of the account', async () => {
  const reserved = { reservedConcurrency: 2, files: { 'index.js': SLOW } };
  lambda = await startLambda({ reserved, one: SLOW, two: SLOW }, { limits: { accountConcurrency: 3 } });
  const first = lambda.invoke('one', { ms: 400 });
  expect(await lambda.invoke('two', { ms: 0 })).toEqual({
    kind: 'throttled',
    reason: 'ConcurrentInvocationLimitExceeded',
  });
  expect(await lambda.invoke('reserved', { ms: 0 })).toMatchObject({ kind: 'ok' });
  await first;
});

test('an invocation that crashes releases its concurrency', async () => {
  lambda = await startLambda({
    crash: {
      reservedConcurrency: 1,
      files: { 'index.js': `exports.handler = async () => process.exit(1);` },
    },
  });
  for (let i = 0; i < 2; i += 1) {
    expect(await lambda.invoke('crash')).toMatchObject({ errorType: 'Runtime.ExitError' });
    await eventually(() => lambda.records.length === i + 1);
  }
});

test('an environment is frozen between invocations: its timers stop, and continue in the next invocation', async () => {
  lambda = await startLambda({
    // An invocation lasts for five ticks.
    ticks: `let n = 0; setInterval(() => { n += 1; process.stdout.write('tick\\n'); }, 10);
      exports.handler = async () => { for (const end = n + 5; n < end; ) await new Promise((r) => setTimeout(r, 5)); };`,
  });
  const ticks = (): number => lambda.lines.filter(({ text }) => text === 'tick').length;
  await lambda.invoke('ticks');
  const [environment] = lambda.service.environments('ticks');
  await eventually(() => environment?.frozen === true);
  let before = 0;
  // Output from before the freeze may still arrive.
  await eventually(async () => {
    before = ticks();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ticks()).toBe(before);
  });
  expect(before).toBeGreaterThanOrEqual(5);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(ticks()).toBe(before);
  await lambda.invoke('ticks');
  await eventually(() => expect(ticks()).toBeGreaterThanOrEqual(before + 5));
});

test('an environment is marked as frozen when it emits "freeze", and as running when it emits "thaw"', async () => {
  lambda = await startLambda({ counter: COUNTER });
  await lambda.invoke('counter');
  const [environment] = lambda.service.environments('counter');
  const told: string[] = [];
  for (const event of ['freeze', 'thaw', 'exit'] as const) {
    environment?.on(event, () => told.push(`${event}: ${environment.frozen ? 'frozen' : 'running'}`));
  }
  await eventually(() => environment?.frozen === true);
  await lambda.invoke('counter');
  await eventually(() => environment?.frozen === true);
  expect(told.slice(-2)).toEqual(['thaw: running', 'freeze: frozen']);
  lambda.service.kill(environment?.id as string);
  await eventually(() => environment?.exited === true);
  expect(told.at(-1)).toMatch(/^exit/);
});

test('a stalled environment does not run for that time, and then completes its invocation', async () => {
  lambda = await startLambda({ slow: SLOW });
  const began = performance.now();
  const answer = lambda.invoke('slow', { ms: 50 });
  await eventually(() => lambda.lines.some(({ text }) => text.startsWith('START')));
  const [environment] = lambda.service.environments('slow');
  expect(lambda.service.stall(environment?.id as string, 700)).toBe(true);
  expect(environment?.frozen).toBe(true);
  expect(await answer).toMatchObject({ kind: 'ok' });
  expect(performance.now() - began).toBeGreaterThanOrEqual(690);
  expect(lambda.service.stall('nobody', 1)).toBe(false);
});

test('an idle environment that is stalled stays stopped when the stall ends, and serves the next invocation', async () => {
  lambda = await startLambda({ counter: COUNTER });
  await lambda.invoke('counter');
  const [environment] = lambda.service.environments('counter');
  await eventually(() => environment?.frozen === true);
  const told: string[] = [];
  for (const event of ['freeze', 'thaw'] as const) environment?.on(event, () => told.push(event));
  lambda.service.stall(environment?.id as string, 10);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([environment?.frozen, told]).toEqual([true, []]);
  expect(await lambda.invoke('counter')).toMatchObject({ kind: 'ok', payload: { n: 2 } });
});

test('the most recently used environment gets the next invocation', async () => {
  lambda = await startLambda({ slow: SLOW });
  await Promise.all([lambda.invoke('slow', { ms: 200 }), lambda.invoke('slow', { ms: 600 })]);
  await eventually(() => lambda.service.environments().every(({ frozen }) => frozen));
  const last = lambda.records.at(-1)?.environmentId;
  await lambda.invoke('slow', { ms: 0 });
  await eventually(() => lambda.records.length === 3);
  expect(lambda.records.at(-1)?.environmentId).toBe(last);
});

test('an environment is ended when it has been idle for too long', async () => {
  lambda = await startLambda({ counter: COUNTER }, { limits: { idleEnvironmentMs: 100 } });
  await lambda.invoke('counter');
  await eventually(() => lambda.service.environments().length === 0);
  expect(await lambda.invoke('counter')).toMatchObject({ payload: { n: 1 } });
});

test('an invocation in a killed environment fails, and the next invocation runs in another environment', async () => {
  lambda = await startLambda({ slow: SLOW });
  const running = lambda.invoke('slow', { ms: 5000 });
  await eventually(() => lambda.lines.some(({ text }) => text.startsWith('START')));
  expect(lambda.service.kill(lambda.service.environments()[0]?.id as string)).toBe(true);
  expect(await running).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/Runtime exited with error: signal: killed$/) as string,
  });
  expect(await lambda.invoke('slow', { ms: 0 })).toMatchObject({ kind: 'ok' });
  expect(lambda.service.kill('absent')).toBe(false);
});

test('close() ends frozen and running environments, and their invocations fail', async () => {
  lambda = await startLambda({ slow: SLOW, counter: COUNTER });
  await lambda.invoke('counter');
  const running = lambda.invoke('slow', { ms: 600_000 });
  await eventually(() => lambda.lines.some(({ functionName, text }) => functionName === 'slow' && text.startsWith('START')));
  const starting = lambda.invoke('counter');
  const pids = lambda.service.environments().map(({ pid }) => pid);
  await lambda.service.close();
  expect(pids.length).toBeGreaterThanOrEqual(2);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await running).toMatchObject({ errorType: 'Runtime.ExitError' });
  await starting;
  expect(await lambda.service.invoke(arnOf('counter'), {})).toMatchObject({
    kind: 'error',
    errorType: 'ServiceException',
  });
});

test('an update of the code lets a running invocation end with the old code, and all later ones run the new code', async () => {
  lambda = await startLambda({
    f: `exports.handler = async ({ ms }) => { console.log('begins'); await new Promise((r) => setTimeout(r, ms)); return 'old'; };`,
    source: `exports.handler = async () => 'new ' + process.env.COLOUR;`,
  });
  const f = arnOf('f');
  const running = lambda.invoke('f', { ms: 1000 });
  await eventually(() => lambda.lines.some(({ text }) => text.includes('begins')));
  await lambda.service.update(f, { codeZip: lambda.zipOf('source'), environment: { COLOUR: 'green' } });
  expect(payloads([await lambda.invoke('f', { ms: 0 })])).toEqual(['new green']);
  expect(payloads([await running])).toEqual(['old']);
  await lambda.service.update(f, { environment: { COLOUR: 'red' } });
  expect(payloads([await lambda.invoke('f', { ms: 0 })])).toEqual(['new red']);
  // The end of an old environment is no failure of the function.
  expect(lambda.lines.filter(({ text }) => text.includes('Runtime.ExitError'))).toEqual([]);
});
