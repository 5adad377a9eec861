import { readFileSync } from 'node:fs';
import { PERIOD_MS, shareOf } from '../../../emulator/lambda/cpu-budget';
import { tellsCpuTime } from '../../../emulator/lambda/process-cpu';
import { possibleCpuShare } from '../../../emulator/lambda/service';
import type { Sandbox } from '../../../emulator/lambda/sandbox';
import { eventually } from '../../support/eventually';
import { isAlive, startLambda, type LambdaFixture, type LambdaFixtureOptions } from '../../support/lambda-fixture';

/**
 * Waits for `pauseMs`, then uses `ms` of CPU time; and 100 ms at init. Returns when that began, and the CPU time and the wall time that it
 * saw, in ms.
 */
const BURNS = `const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  const burn = (ms) => { const at = Date.now(); const began = performance.now(); const before = used(); while (used() - before < ms);
    return { at, cpuMs: used() - before, wallMs: performance.now() - began }; };
  const init = burn(100);
  exports.handler = async ({ ms = 0, pauseMs = 0, exits = false }) => {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const seen = burn(ms);
    if (exits) process.exit(1);
    return { ...seen, init };
  };`;

/** Uses CPU time in two threads beside the main thread, until each has done its work. */
const BURNS_IN_THREADS = `const { Worker } = require('node:worker_threads');
  const { once } = require('node:events');
  const work = "for (let i = 0, x = 0; i < 6e7; i++) x += i % 7;";
  exports.handler = () => Promise.all([1, 2].map(() => once(new Worker(work, { eval: true }), 'exit')));`;

type Step = 'freeze' | 'thaw' | 'throttle' | 'unthrottle';

interface Times {
  /** In ms since the epoch. */
  readonly at: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

const SMALL = 128;
/** With a machine that is busy, less is used than allowed, never more. */
const TOLERANCE = 1.25;

/** The threads of a process are stopped one after the other. They use at most this much CPU time meanwhile. */
const STOPPING_MS = 1;

let lambda: LambdaFixture;
afterEach(() => lambda.close());

async function start(memoryMb: number, { timeoutMs, ...options }: LambdaFixtureOptions & { timeoutMs?: number } = {}): Promise<void> {
  const functions = Object.entries({ burns: BURNS, threads: BURNS_IN_THREADS }).map(([name, source]) => [
    name,
    { memoryMb, ...(timeoutMs !== undefined && { timeoutMs }), files: { 'index.js': source } },
  ]);
  lambda = await startLambda(Object.fromEntries(functions), { cpuShare: true, ...options });
}

async function burn(ms: number, pauseMs = 0): Promise<Times & { readonly init: Times }> {
  const outcome = await lambda.invoke('burns', { ms, pauseMs });
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  return outcome.payload as Times & { init: Times };
}

const environment = (): Sandbox => lambda.service.environments()[0] as Sandbox;

/** The state of a process as the kernel shows it: `T` is stopped. */
const stateOf = ({ pid }: { pid: number }): string | undefined => /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

/** Begins an invocation that never ends by itself, and waits until its process is stopped because of its share. */
async function untilThrottled(): Promise<{ readonly answer: Promise<unknown>; readonly sandbox: Sandbox }> {
  const answer = lambda.invoke('burns', { ms: 600_000 });
  await eventually(() => lambda.lines.some(({ text }) => text.startsWith('START')));
  const sandbox = environment();
  await eventually(() => stateOf(sandbox) === 'T');
  return { answer, sandbox };
}

/** The rest needs a kernel that tells the CPU time of a process. */
const onLinux = tellsCpuTime() ? describe : describe.skip;

onLinux('with a share of a core', () => {
  test.each([SMALL, 256, 512, 1024])('an invocation with %i MB uses at most its share', async (memoryMb) => {
    await start(memoryMb);
    const { cpuMs, wallMs } = await burn(100);
    expect(cpuMs / wallMs).toBeLessThanOrEqual(shareOf(memoryMb) * TOLERANCE);
    await eventually(() => expect(lambda.records).toHaveLength(1));
    const [{ cpu, durationMs } = { durationMs: 0, cpu: undefined }] = lambda.records;
    expect(cpu?.usedMs).toBeGreaterThanOrEqual(cpuMs * 0.9);
    expect(cpu?.stoppedMs).toBeLessThanOrEqual(durationMs);
  });

  test('init is not limited, and neither is an invocation of a cloud without shares', async () => {
    await start(SMALL);
    const limited = await burn(50);
    await lambda.close();
    await start(SMALL, { cpuShare: false });
    const free = await burn(50);
    const most = shareOf(SMALL) * TOLERANCE;
    expect(limited.cpuMs / limited.wallMs).toBeLessThanOrEqual(most);
    // Even on a machine that is three times slower, these get several times the share.
    expect(limited.init.cpuMs / limited.init.wallMs).toBeGreaterThan(2 * most);
    expect(free.cpuMs / free.wallMs).toBeGreaterThan(2 * most);
    await eventually(() => expect(lambda.records).toHaveLength(1));
    expect(lambda.records[0]?.cpu).toBeUndefined();
  });

  test('a function whose memory buys a whole core has no limit', async () => {
    await start(1769);
    await burn(50);
    await eventually(() => expect(lambda.records).toHaveLength(1));
    expect(lambda.records[0]?.cpu).toBeUndefined();
  });

  test('an invocation is answered only when its CPU time is paid for, even if it was used unseen between two looks', async () => {
    await start(SMALL);
    await burn(0);
    const quotaMs = shareOf(SMALL) * PERIOD_MS;
    const owedMs = 5;
    // The period in which the time was used may end at once, and the last one need only begin.
    const leastMs = (Math.floor(owedMs / quotaMs) - 1) * PERIOD_MS;
    for (const pauseMs of [31, 42, 53, 64, 75, 86]) {
      const { at } = await burn(owedMs, pauseMs);
      expect(Date.now() - at).toBeGreaterThanOrEqual(leastMs - 5);
    }
  });

  test('the CPU time of all threads counts', async () => {
    await start(512);
    const began = performance.now();
    expect(await lambda.invoke('threads')).toMatchObject({ kind: 'ok' });
    const wallMs = performance.now() - began;
    await eventually(() => expect(lambda.records).toHaveLength(1));
    const usedMs = lambda.records[0]?.cpu?.usedMs ?? 0;
    expect(usedMs).toBeGreaterThan(50);
    expect(usedMs / wallMs).toBeLessThanOrEqual(shareOf(512) * TOLERANCE);
  });
});

onLinux('an environment that is stopped because of its share', () => {
  test('is not frozen for others: "freeze" and "thaw" come once an invocation', async () => {
    await start(SMALL);
    await burn(0);
    const sandbox = environment();
    await eventually(() => sandbox.frozen);
    const told: string[] = [];
    for (const event of ['freeze', 'thaw', 'exit'] as const) sandbox.on(event, () => told.push(event));
    await burn(30);
    await eventually(() => expect(told).toEqual(['thaw', 'freeze']));
    expect(stateOf(sandbox)).toBe('T');
    expect((await burn(1)).cpuMs).toBeGreaterThanOrEqual(1);
  });

  test('uses no CPU time while it is frozen after its invocation', async () => {
    await start(SMALL);
    await burn(30);
    const sandbox = environment();
    await eventually(() => sandbox.frozen && stateOf(sandbox) === 'T');
    const before = sandbox.cpuMs() ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 10 * PERIOD_MS));
    expect(stateOf(sandbox)).toBe('T');
    expect((sandbox.cpuMs() ?? 0) - before).toBeLessThan(STOPPING_MS);
  });

  test('times out as it would anywhere, and the next invocation gets another environment', async () => {
    await start(SMALL, { timeoutMs: 300 });
    const { answer, sandbox } = await untilThrottled();
    expect(await answer).toMatchObject({ errorType: 'Sandbox.Timedout' });
    await eventually(() => !isAlive(sandbox.pid));
    await eventually(() => expect(lambda.records).toHaveLength(1));
    expect(lambda.records[0]?.durationMs).toBe(300);
    expect((await burn(1)).cpuMs).toBeGreaterThanOrEqual(1);
  });

  test('can be killed, and its invocation fails', async () => {
    await start(SMALL);
    const { answer, sandbox } = await untilThrottled();
    lambda.service.kill(sandbox.id);
    expect(await answer).toMatchObject({ errorType: 'Runtime.ExitError' });
    await eventually(() => !isAlive(sandbox.pid));
  });

  test('ends with the local cloud', async () => {
    await start(SMALL);
    const { answer, sandbox } = await untilThrottled();
    await lambda.service.close();
    expect(isAlive(sandbox.pid)).toBe(false);
    expect(await answer).toMatchObject({ errorType: 'Runtime.ExitError' });
  });

  test('stays stopped during a stall, and goes on afterwards', async () => {
    await start(SMALL);
    const { answer, sandbox } = await untilThrottled();
    lambda.service.stall(sandbox.id, 25 * PERIOD_MS);
    await eventually(() => stateOf(sandbox) === 'T');
    const before = sandbox.cpuMs() ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 5 * PERIOD_MS));
    expect([sandbox.frozen, stateOf(sandbox)]).toEqual([true, 'T']);
    expect((sandbox.cpuMs() ?? 0) - before).toBeLessThan(STOPPING_MS);
    await eventually(() => expect((sandbox.cpuMs() ?? 0) - before).toBeGreaterThan(STOPPING_MS));
    lambda.service.kill(sandbox.id);
    await answer;
  });

  test('that ends its process fails its invocation', async () => {
    await start(SMALL);
    expect(await lambda.invoke('burns', { ms: 20, exits: true })).toMatchObject({ errorType: 'Runtime.ExitError' });
    await eventually(() => expect(lambda.records).toHaveLength(1));
    expect(lambda.records[0]?.cpu?.stoppedMs).toBeGreaterThan(0);
    expect((await burn(1)).cpuMs).toBeGreaterThanOrEqual(1);
  });
});

onLinux('the process of an environment', () => {
  test.each<[Step[], string, string[]]>([
    [['throttle', 'thaw'], 'stopped', ['thaw']],
    [['throttle', 'thaw', 'unthrottle'], 'running', ['thaw']],
    [['thaw', 'throttle', 'freeze', 'unthrottle'], 'stopped', ['thaw', 'freeze']],
    [['thaw', 'throttle', 'throttle', 'unthrottle'], 'running', ['thaw']],
    [['thaw', 'throttle', 'freeze', 'thaw', 'unthrottle', 'unthrottle'], 'running', ['thaw', 'freeze', 'thaw']],
    [['thaw', 'unthrottle', 'freeze', 'throttle', 'thaw'], 'stopped', ['thaw', 'freeze', 'thaw']],
  ])('a frozen process is %j: then it is %s, and others were told %j', async (steps, state, expected) => {
    await start(SMALL);
    await burn(0);
    const sandbox = environment();
    await eventually(() => sandbox.frozen);
    const told: string[] = [];
    for (const event of ['freeze', 'thaw'] as const) sandbox.on(event, () => told.push(event));
    for (const step of steps) sandbox[step]();
    expect(told).toEqual(expected);
    await eventually(() => expect(stateOf(sandbox) === 'T').toBe(state === 'stopped'));
  });
});

test.each([
  [true, false, false, 1],
  [true, true, true, 0],
  [false, false, false, 0],
  [undefined, true, false, 0],
])(
  'a share that is wanted (%s) where CPU times can be read (%s) is applied (%s), with %i warnings',
  (wanted, isPossible, applied, warnings) => {
    const told: string[] = [];
    expect(possibleCpuShare(wanted, { warn: (text) => told.push(text) }, isPossible)).toBe(applied);
    expect(told).toHaveLength(warnings);
  },
);
