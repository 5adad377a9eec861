import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The directory of this project. */
export const ROOT = path.join(__dirname, '../..');
/** A program that has not ended this long after SIGTERM is killed. In ms. */
const STOPPING_MS = 60_000;
/** Number of characters that are kept of the end of the program's stderr. */
const KEPT_STDERR = 2000;

export type ProgramEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** A program of this project as a child process. The program prints one JSON object per line, each with its `event`. */
export class JsonProgram {
  /** Warnings that the program printed. */
  readonly warnings: string[] = [];
  private readonly seen: ProgramEvent[] = [];
  private readonly ending = new AbortController();
  private stopping = false;
  private stderr = '';

  private constructor(
    private readonly name: string,
    readonly child: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable },
  ) {
    createInterface({ input: child.stdout }).on('line', (line) => this.onLine(line));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr = (this.stderr + text).slice(-KEPT_STDERR)));
    child.once('exit', (code, signal) => {
      if (!this.stopping) this.ending.abort(new Error(`${name} ended with ${code ?? signal}: ${this.stderr.trim()}`));
    });
  }

  /**
   * @param script the name of the script in package.json
   * @param environment added to this process's environment
   * @param root directory of the project, or of another version of it
   */
  static start(script: 'start' | 'agent', args: readonly string[], environment: NodeJS.ProcessEnv = {}, root = ROOT): JsonProgram {
    const child = spawn(process.execPath, [...nodeArguments(root, script), ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The program has its own process group: Ctrl-C reaches only this process, which stops its children in their order.
      detached: true,
    });
    return new JsonProgram(`npm run ${script}`, child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Aborted with an Error when the program ends by itself. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  /**
   * Resolves with the first event of this name, also if the event came before the call.
   * @param signal stops waiting
   * @throws the signal's reason, or an Error when the program ends first
   */
  async event(name: string, signal: AbortSignal): Promise<ProgramEvent> {
    const until = AbortSignal.any([signal, this.ended]);
    for (;;) {
      const found = this.seen.find(({ event }) => event === name);
      if (found) return found;
      until.throwIfAborted();
      await once(this.child.stdout, 'data', { signal: until }).catch(() => until.throwIfAborted());
    }
  }

  /** Ends the program with SIGTERM, and waits for its end. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const killing = setTimeout(() => this.child.kill('SIGKILL'), STOPPING_MS);
    await exited;
    clearTimeout(killing);
  }

  private onLine(line: string): void {
    const event = parse(line);
    if (!event) return;
    // The agent reports each request; nothing waits for these events.
    if (event.event === 'request') return;
    this.seen.push(event);
    if (event.event === 'warning') this.warnings.push(`${this.name}: ${String(event['text'] ?? event['message'])}`);
  }
}

/** Node's arguments for a script. Started without npm, the program is a direct child, so that its CPU time is known. */
function nodeArguments(root: string, script: 'start' | 'agent'): string[] {
  const file = path.join(root, 'package.json');
  const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { readonly scripts?: Readonly<Record<string, string>> };
  const command = scripts?.[script] ?? '';
  const [, program, ...args] = command.split(' ');
  if (program !== 'node') throw new Error(`${file}: the script "${script}" does not begin with "exec node": "${command}"`);
  return args;
}

function parse(line: string): ProgramEvent | undefined {
  try {
    return JSON.parse(line) as ProgramEvent;
  } catch {
    return undefined;
  }
}
