import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Interval } from '../../bench/fitness/interval';
import { Sampler } from '../../bench/fitness/sampler';
import { startSampling } from '../../bench/fitness/sampling';
import { CpuByProcess } from '../../bench/local/cpu-by-process';
import { ProcessTree } from '../../bench/processes/process-tree';
import { readProcess, readVariable } from '../../bench/processes/read-process';
import { eventually } from '../support/eventually';

/** `burn(ms)` uses at least this much CPU time. */
const BURN = `
  const usedMs = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  const burn = (ms) => { for (const from = usedMs(); usedMs() - from < ms; ); };`;
/** The kernel counts in ticks of 10 ms. */
const ROUNDING_MS = 30;
/** The kernel samples the CPU time of the whole machine, which is less exact. */
const SAMPLING_MS = 250;
/** Waits until a line comes on stdin. */
const WAIT = `process.stdin.once('data', () => process.exit());`;

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
});

/** A process that runs this script; resolves when it has printed something. */
async function run(script: string, environment: NodeJS.ProcessEnv = {}): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  children.push(child);
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

/** Lets the process continue, and waits until it prints again. */
async function next(child: ChildProcess): Promise<void> {
  child.stdin?.write('next\n');
  await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
}

/** A process that starts a child for each line on stdin, waits for the end of the child, and prints a line. */
const parentOf = (script: string): string => `
  const { spawnSync } = require('node:child_process');
  const start = () => spawnSync(process.execPath, ['-e', ${JSON.stringify(script)}], { env: { ...process.env, AWS_LAMBDA_FUNCTION_NAME: 'http-tunnel-local-burner' } });
  process.stdin.on('data', () => { start(); console.log('ended'); });
  console.log('ready');`;

(existsSync('/proc/self/stat') ? describe : describe.skip)('on a system with /proc', () => {
  test('readProcess and readVariable give the parent, the state, the CPU time and a variable of a process', async () => {
    const { pid } = await run(`${BURN} burn(100); console.log('burnt'); ${WAIT}`, { A_VARIABLE: 'its value' });
    expect(readProcess(pid)).toMatchObject({ pid, parent: process.pid, state: expect.stringMatching(/^[SR]$/) });
    expect(readProcess(pid)?.cpuMs).toBeGreaterThanOrEqual(100 - ROUNDING_MS);
    expect(readVariable(pid, 'A_VARIABLE')).toBe('its value');
    expect(readVariable(pid, 'A_VARIABL')).toBeUndefined();
  });

  test('ProcessTree finds a process and its descendants, and no other process', async () => {
    const parent = await run(`
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(WAIT)}]);
      child.once('spawn', () => console.log(child.pid));
      child.once('exit', () => process.exit());
      process.stdin.once('data', () => child.kill());`);
    const other = await run(`console.log('ready'); ${WAIT}`);
    const pids = new ProcessTree(parent.pid).look().map(({ pid }) => pid);
    expect(pids).toHaveLength(2);
    expect(pids[0]).toBe(parent.pid);
    expect(new ProcessTree(process.pid).look().map(({ pid }) => pid)).toEqual(expect.arrayContaining([...pids, other.pid]));
    parent.stdin?.write('end\n');
    await once(parent, 'exit');
    expect(new ProcessTree(parent.pid).look()).toEqual([]);
  });

  test('a sampler separates the CPU time of a program and its ended children from the CPU time of other programs', async () => {
    const ours = await run(parentOf(`${BURN} burn(100)`));
    const other = await run(`${BURN} console.log('ready'); process.stdin.on('data', () => { burn(400); console.log('burnt'); })`);
    const sampler = new Sampler(ours.pid);
    await next(ours);
    await next(other);
    const { seconds, cpu } = sampler.look();
    sampler.stop();
    expect(seconds).toBeGreaterThan(0);
    expect(cpu?.cores).toBeGreaterThanOrEqual(1);
    expect(cpu?.oursMs).toBeGreaterThanOrEqual(100 - ROUNDING_MS);
    expect(cpu?.othersMs).toBeGreaterThanOrEqual(400 - SAMPLING_MS);
  });

  test('a process that is stopped does not count as waiting for a core, even if it has work', async () => {
    const child = await run(`${BURN} console.log('ready'); process.stdin.on('data', () => { burn(60_000); })`);
    child.kill('SIGSTOP');
    await eventually(() => readProcess(child.pid)?.state === 'T');
    child.stdin?.write('next\n');
    const sampler = new Sampler(child.pid);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { cpu } = sampler.look();
    sampler.stop();
    expect(cpu).toMatchObject({ ranMs: 0, waitedMs: 0 });
  });

  test('the CPU time of a function is counted when its environment ends between two measurements', async () => {
    const emulator = await run(parentOf(`${BURN} burn(100)`));
    const cpu = new CpuByProcess({ emulator: emulator.pid, agent: 0 });
    await next(emulator);
    const used = cpu.take();
    expect(Object.values(used).reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(100 - ROUNDING_MS);
    expect(cpu.take()['other'] ?? 0).toBe(0);
  });

  test('execution environments are counted, and their CPU time is listed by function', async () => {
    const burner = `${BURN} console.log('ready'); process.stdin.on('data', () => { burn(100); console.log('burnt'); })`;
    const emulator = await run(`
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(burner)}], { env: { ...process.env, AWS_LAMBDA_FUNCTION_NAME: 'http-tunnel-local-burner' } });
      child.stdout.pipe(process.stdout); process.stdin.pipe(child.stdin);`);
    const cpu = new CpuByProcess({ emulator: emulator.pid, agent: 0 });
    expect(cpu.started).toBe(1);
    await next(emulator);
    expect(cpu.take()['burner']).toBeGreaterThanOrEqual(100 - ROUNDING_MS);
    expect(cpu.living()).toHaveLength(1);
  });

  test('a sampling thread measures this machine, and reports what it has measured when it is stopped', async () => {
    const intervals: Interval[] = [];
    await startSampling((interval) => intervals.push(interval)).stop();
    expect(intervals).not.toEqual([]);
    expect(intervals.at(-1)).toMatchObject({
      lateMs: expect.any(Number),
      cpu: { oursMs: expect.any(Number), othersMs: expect.any(Number) },
    });
  });
});
