import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { scripts } from '../../package.json';

const ROOT = path.join(__dirname, '../..');
/** A program that does not end by itself in this time after SIGTERM hangs, and is killed. In ms. */
const STOPPING_MS = 60_000;
/** Of what it wrote to stderr this much is kept, in characters. */
const KEPT_STDERR = 2000;

export type ProgramEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** One of this project's programs as a child process that prints one JSON object a line, each with its `event`. */
export class JsonProgram {
  /** What it warned of. */
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
   * @param script its name in package.json
   * @param environment added to this process's environment
   */
  static start(script: 'start' | 'agent', args: readonly string[], environment: NodeJS.ProcessEnv = {}): JsonProgram {
    const child = spawn(process.execPath, [...nodeArguments(script), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a process group of its own: Ctrl-C reaches this process alone, which stops its children in their order.
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
   * The first event of that name, which may have come already.
   * @param signal gives up waiting
   * @throws what the signal was aborted with, or an Error when the program ends first
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

  /** Ends it as Ctrl-C does, and waits for its end. */
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
    // The agent tells of each request, and nobody asks for that.
    if (event.event === 'request') return;
    this.seen.push(event);
    if (event.event === 'warning') this.warnings.push(`${this.name}: ${String(event['text'] ?? event['message'])}`);
  }
}

/** What npm would start for a script, without npm between: the program has to be a child of this process, whose CPU time is known. */
function nodeArguments(script: 'start' | 'agent'): string[] {
  const [, program, ...args] = scripts[script].split(' ');
  if (program !== 'node') throw new Error(`package.json: the script "${script}" does not begin with "exec node": ${scripts[script]}`);
  return args;
}

function parse(line: string): ProgramEvent | undefined {
  try {
    return JSON.parse(line) as ProgramEvent;
  } catch {
    return undefined;
  }
}
