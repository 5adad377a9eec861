/**
 * Makes sure that no child process outlives the main process, even if the main process is SIGKILLed while the child is stopped. (A
 * frozen execution environment reacts to SIGKILL only, and no process would be left to send it.) A small second process, the guard,
 * reads from a pipe. When the pipe closes, the guard kills all watched children.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Socket } from 'node:net';

export class ProcessGuard {
  private constructor(private readonly guard: ChildProcess & { stdin: NonNullable<ChildProcess['stdin']> }) {}

  /** @throws Error when the guard process cannot be started */
  static async start(): Promise<ProcessGuard> {
    const guard = spawn(process.execPath, [path.join(__dirname, 'guard-process.js')], {
      // A separate process group: Ctrl-C in a terminal signals the whole foreground group and would end the guard too.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
    });
    await once(guard, 'spawn');
    // Writing to a guard that was killed fails. The error is ignored: the owners of the children still end them in close().
    guard.stdin.on('error', () => undefined);
    // Neither the guard nor the pipe may keep the main process from ending.
    guard.unref();
    (guard.stdin as Socket).unref();
    return new ProcessGuard(guard);
  }

  /** Process id of the guard itself. */
  get pid(): number {
    return this.guard.pid as number;
  }

  /** Kills `child` when the main process ends before it. */
  watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.write(`+${pid}`);
    child.once('exit', () => this.write(`-${pid}`));
  }

  /** Removes `directory` (absolute path) with everything in it when the main process ends before `unwatchDirectory`. */
  watchDirectory(directory: string): void {
    this.write(`+${directory}`);
  }

  unwatchDirectory(directory: string): void {
    this.write(`-${directory}`);
  }

  /** Kills every child that still runs, removes every directory that is still there, and ends the guard. */
  async close(): Promise<void> {
    if (this.guard.exitCode !== null || this.guard.signalCode !== null) return;
    const ended = once(this.guard, 'exit');
    this.guard.ref();
    this.guard.stdin.end();
    await ended;
  }

  private write(line: string): void {
    if (this.guard.stdin.writable) this.guard.stdin.write(`${line}\n`);
  }
}
