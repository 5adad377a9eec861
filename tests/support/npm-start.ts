import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.join(__dirname, '../..');

export type StartEvent = Record<string, unknown> & { event: string };

/** `npm --silent start -- --json …` as a person would run it, in a process group of its own. */
export class NpmStart {
  readonly events: StartEvent[] = [];
  stderr = '';

  private constructor(readonly npm: ChildProcess) {}

  /**
   * @param environment added to the environment
   * @param checkout whose `npm start` it is; this one's where it is left out
   */
  static run(args: readonly string[], environment: NodeJS.ProcessEnv = {}, checkout = ROOT): NpmStart {
    const npm = spawn('npm', ['--silent', 'start', ...args], {
      cwd: checkout,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const start = new NpmStart(npm);
    createInterface({ input: npm.stdout }).on('line', (line) => start.events.push(parse(line)));
    npm.stderr.on('data', (data: Buffer) => (start.stderr += data.toString()));
    return start;
  }

  /** The `ready` event. @throws Error when the process ends without one */
  async ready(): Promise<StartEvent> {
    for (;;) {
      const ready = this.events.find(({ event }) => event === 'ready');
      if (ready) return ready;
      if (this.npm.exitCode !== null) throw new Error(`npm start ended with ${this.npm.exitCode}: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Exit code, or the signal that ended npm. */
  async ended(): Promise<number | NodeJS.Signals> {
    if (this.npm.exitCode === null && this.npm.signalCode === null) await once(this.npm, 'exit');
    return this.npm.exitCode ?? (this.npm.signalCode as NodeJS.Signals);
  }

  /** Every process below npm, the ones that left its group included. */
  async descendants(): Promise<number[]> {
    return descendantsOf(this.npm.pid as number);
  }

  /** What a terminal sends on Ctrl-C: SIGINT to the whole foreground group. */
  ctrlC(): void {
    process.kill(-(this.npm.pid as number), 'SIGINT');
  }
}

function parse(line: string): StartEvent {
  try {
    return JSON.parse(line) as StartEvent;
  } catch {
    return { event: 'not JSON', line };
  }
}

async function descendantsOf(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name, in brackets, may hold anything; the parent follows the state behind it.
    const parent = /\) \S (\d+)/.exec(stat.slice(stat.lastIndexOf(')')))?.[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const found: number[] = [];
  const below = (pid: number): void => {
    for (const [child, parent] of parents) {
      if (parent !== pid) continue;
      found.push(child);
      below(child);
    }
  };
  below(root);
  return found;
}

/** Those of the processes that still live; a zombie that nobody has reaped yet does not. */
export const living = (pids: readonly number[]): Promise<number[]> => inState(pids, (state) => state !== '' && state !== 'Z');

/** Those that SIGSTOP has frozen. */
export const stopped = (pids: readonly number[]): Promise<number[]> => inState(pids, (state) => state === 'T');

/** @param isMeant gets the letter that proc(5) gives for the state, and nothing for a process that has gone */
async function inState(pids: readonly number[], isMeant: (state: string) => boolean): Promise<number[]> {
  const are = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return isMeant(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
    }),
  );
  return pids.filter((_, i) => are[i]);
}
