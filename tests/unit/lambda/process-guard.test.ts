import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exitWithParent, ProcessGuard } from '../../../emulator/process-guard';
import { eventually } from '../../support/eventually';
import { isAlive } from '../../support/lambda-fixture';

const ROOT = path.resolve(__dirname, '../../..');
/** A program that ignores all other signals and runs until it is killed. */
const STUBBORN = `for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {}); setInterval(() => {}, 1000);`;

/** Starts a separate main process with the given TypeScript; the process sends lines of JSON to the test. */
function startParent(source: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=commonjs', '-e', source], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function firstLine<T>(child: ChildProcess): Promise<T> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  return JSON.parse(chunk.toString()) as T;
}

test('a SIGKILL of the main process also ends its stopped child and the guard, and removes watched directories', async () => {
  const parent = startParent(`
    const { spawn } = require('node:child_process');
    const { mkdtempSync } = require('node:fs');
    const { ProcessGuard } = require('./emulator/process-guard');
    (async () => {
      const guard = await ProcessGuard.start();
      const child = spawn(process.execPath, ['-e', ${JSON.stringify(STUBBORN)}], { detached: true, stdio: 'ignore' });
      guard.watch(child);
      const directory = mkdtempSync(${JSON.stringify(path.join(tmpdir(), 'guarded-'))});
      guard.watchDirectory(directory);
      child.kill('SIGSTOP');
      console.log(JSON.stringify({ child: child.pid, guard: guard.pid, directory }));
      setInterval(() => {}, 1000);
    })();`);
  const started = await firstLine<{ child: number; guard: number; directory: string }>(parent);
  expect([started.child, started.guard].every(isAlive)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => !isAlive(started.child) && !isAlive(started.guard));
  expect(existsSync(started.directory)).toBe(false);
});

test('close() kills watched processes, removes watched directories and ends the guard', async () => {
  const guard = await ProcessGuard.start();
  const { pid } = guard;
  const directory = mkdtempSync(path.join(tmpdir(), 'guarded-'));
  const child = spawn(process.execPath, ['-e', STUBBORN], { stdio: 'ignore' });
  guard.watch(child);
  guard.watchDirectory(directory);
  const exit = once(child, 'exit');
  await guard.close();
  expect((await exit)[1]).toBe('SIGKILL');
  expect(existsSync(directory)).toBe(false);
  expect(isAlive(pid)).toBe(false);
  await guard.close();
});

test('a directory that is no longer watched is not removed', async () => {
  const guard = await ProcessGuard.start();
  const directory = mkdtempSync(path.join(tmpdir(), 'guarded-'));
  guard.watchDirectory(directory);
  guard.unwatchDirectory(directory);
  await guard.close();
  expect(existsSync(directory)).toBe(true);
  rmdirSync(directory);
});

test('the guard ignores SIGINT and SIGTERM, so that Ctrl-C does not end the guard before the main process', async () => {
  const guard = await ProcessGuard.start();
  await eventually(() => catchesHangup(guard.pid));
  process.kill(guard.pid, 'SIGINT');
  process.kill(guard.pid, 'SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(isAlive(guard.pid)).toBe(true);
  await guard.close();
});

/** Whether a process has a handler for SIGHUP. The guard sets this handler after those for SIGINT and SIGTERM (`SigCgt` in proc(5)). */
const catchesHangup = (pid: number): boolean =>
  parseInt(/^SigCgt:\s+[0-9a-f]*([0-9a-f])$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0', 16) % 2 === 1;

test('exitWithParent() calls back when the parent process is killed by SIGKILL', async () => {
  const watcher = `
    const { exitWithParent } = require('./emulator/process-guard');
    exitWithParent(() => process.exit(0));
    setInterval(() => {}, 1000);
    console.log(process.pid);`;
  const parent = startParent(`
    require('node:child_process').spawn(process.execPath,
      ['--import', 'tsx', '--input-type=commonjs', '-e', ${JSON.stringify(watcher)}], { stdio: ['ignore', 'inherit', 'inherit'] });`);
  const pid = await firstLine<number>(parent);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => !isAlive(pid));
});

test('exitWithParent() does not call back while the parent process runs', async () => {
  let calls = 0;
  const stop = exitWithParent(() => (calls += 1));
  await new Promise((resolve) => setTimeout(resolve, 700));
  stop();
  expect(calls).toBe(0);
});
