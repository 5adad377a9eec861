import { spawn, type ChildProcess } from 'node:child_process';
import { eventually } from './eventually';

/** Runs the CLI as a separate process with plain Node. */
export class AgentProcess {
  stdout = '';
  stderr = '';
  readonly exit: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(file: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [file, ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()));
    this.child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()));
    this.exit = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Resolves once the text is on stdout or stderr. */
  async prints(text: string): Promise<void> {
    await eventually(() => (this.stdout + this.stderr).includes(text));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Kills the process in any state; for `afterEach`. */
  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exit;
  }
}
