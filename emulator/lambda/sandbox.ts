/** The process of one execution environment. It can be started, stopped (SIGSTOP), continued (SIGCONT) and killed (SIGKILL). */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import type { ProcessGuard } from '../process-guard';
import type { ExecutionEnvironment } from '../services';
import { onLines } from './output-lines';
import { activityOf, cpuMs } from './process-cpu';

const BOOTSTRAP = path.join(__dirname, 'runtime', 'bootstrap.js');

/** `idle` between two invocations, `stalled` by a fault, `throttled` when the CPU time of a period is used up. */
type StopReason = 'idle' | 'stalled' | 'throttled';

export interface SandboxOptions {
  readonly id: string;
  readonly functionName: string;
  readonly memoryMb: number;
  readonly taskRoot: string;
  /** File of V8's code cache for the function's code. */
  readonly codeCache?: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly guard: ProcessGuard;
  /** A line that the process wrote to stdout or stderr. */
  readonly onLine: (text: string) => void;
}

export class Sandbox extends EventEmitter<{ freeze: []; thaw: []; exit: [] }> implements ExecutionEnvironment {
  readonly id: string;
  readonly functionName: string;
  exited = false;
  /** Why the process is stopped; it runs while there is no reason. */
  private readonly stopped = new Set<StopReason>();
  private readonly child: ChildProcess;
  private failure?: Error;

  constructor({ id, functionName, memoryMb, taskRoot, codeCache, variables, guard, onLine }: SandboxOptions) {
    super();
    // The gateways, the wake channel and the tests each listen for freeze, thaw and exit.
    this.setMaxListeners(100);
    this.id = id;
    this.functionName = functionName;
    const child = spawn(process.execPath, [...nodeFlags(memoryMb), BOOTSTRAP, ...(codeCache === undefined ? [] : [codeCache])], {
      cwd: taskRoot,
      env: variables,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Outside the terminal's foreground group: Ctrl-C must reach only the local cloud, which lets requests in flight finish.
      detached: true,
    });
    this.child = child;
    guard.watch(child);
    onLines(child.stdout, onLine);
    onLines(child.stderr, onLine);
    child.once('exit', () => this.onExit());
    child.once('error', (error) => {
      this.failure = error;
      this.onExit();
    });
  }

  /** 0 for a process that could not be started. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Why the process ended, in Lambda's words; valid only after the process has ended. */
  get exitReason(): string {
    if (this.failure) return `Runtime failed to start: ${this.failure.message}`;
    const { exitCode, signalCode } = this.child;
    if (signalCode !== null) return `Runtime exited with error: signal: ${SIGNAL_WORDS[signalCode] ?? signalCode}`;
    return exitCode === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${exitCode}`;
  }

  /** A throttled process is not frozen: as on AWS, its sockets stay usable, and the process reads them a moment later. */
  get frozen(): boolean {
    return this.stopped.has('idle') || this.stopped.has('stalled');
  }

  /** Stops the process between two invocations. */
  freeze(): void {
    this.stop('idle');
  }

  /** The process goes on, unless it is stalled too. */
  thaw(): void {
    this.proceed('idle');
  }

  /** Stops the process for `ms`, whatever it does. A process that is stalled already goes on with the first stall's end. */
  stall(ms: number): void {
    if (this.stopped.has('stalled')) return;
    this.stop('stalled');
    setTimeout(() => this.proceed('stalled'), ms).unref();
  }

  cpuMs(): number | undefined {
    return this.exited ? undefined : cpuMs(this.pid);
  }

  activity(): string | undefined {
    return this.exited ? undefined : activityOf(this.pid);
  }

  /** Stops the process because it has used up its CPU time. */
  throttle(): void {
    this.stop('throttled');
  }

  /** The process goes on, unless it is frozen. */
  unthrottle(): void {
    this.proceed('throttled');
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Emits `freeze` before the process stops, so that senders stop their deliveries first. */
  private stop(why: StopReason): void {
    if (this.exited) return;
    const { frozen: wasFrozen } = this;
    const ran = this.stopped.size === 0;
    this.stopped.add(why);
    if (this.frozen && !wasFrozen) this.emit('freeze');
    if (ran) this.child.kill('SIGSTOP');
  }

  private proceed(why: StopReason): void {
    const { frozen: wasFrozen } = this;
    if (!this.stopped.delete(why) || this.exited) return;
    if (this.stopped.size === 0) this.child.kill('SIGCONT');
    if (wasFrozen && !this.frozen) this.emit('thaw');
  }

  private onExit(): void {
    if (this.exited) return;
    this.exited = true;
    this.emit('exit');
  }
}

/** The texts of Go's `os.Signal`, which Lambda's platform uses. */
const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

/** The heap gets 90 % of the function's memory and a young generation of 5 %, as in AWS's own bootstrap script. */
export function nodeFlags(memoryMb: number): string[] {
  return [`--max-old-space-size=${Math.floor(memoryMb * 0.9)}`, `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`];
}
