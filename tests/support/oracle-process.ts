import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.join(__dirname, '../..');

/** The oracle as npm runs it. */
export class OracleProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown[]>;

  /** @param onProgress called with each line on stderr */
  constructor(args: readonly string[], onProgress: (line: string) => void = () => undefined) {
    this.child = spawn(process.execPath, ['--import', 'tsx', 'oracle/main.ts', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = once(this.child, 'close');
    this.child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()));
    if (this.child.stderr) {
      createInterface({ input: this.child.stderr }).on('line', (line) => {
        this.stderr += `${line}\n`;
        onProgress(line);
      });
    }
  }

  /** What Ctrl-C sends. */
  interrupt(): void {
    this.child.kill('SIGINT');
  }

  /** The exit status. */
  async status(): Promise<number | null> {
    const [status] = (await this.ended) as [number | null];
    return status;
  }

  /** The findings of a run with `--json`. */
  findings(): Record<string, unknown> {
    return JSON.parse(this.stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  }
}
