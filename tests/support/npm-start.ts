import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.join(__dirname, '../..');

export type StartEvent = Record<string, unknown> & { event: string };

/** Runs `npm --silent start -- --json …` like a person would, in a separate process group. */
export class NpmStart {
  readonly events: StartEvent[] = [];
  stderr = '';

  private constructor(readonly npm: ChildProcess) {}

  /**
   * @param environment added to the environment
   * @param checkout the checkout whose `npm start` runs; by default this one
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

  /** Every process below npm, including processes that have left its group. */
  async descendants(): Promise<number[]> {
    return descendantsOf(this.npm.pid as number);
  }

  /** Sends SIGINT to the whole process group, as a terminal does on Ctrl-C. */
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
    // The process name in brackets may contain any character. The state and the parent follow after the last bracket.
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

/** The processes that are still alive. A zombie is not alive. */
export const living = (pids: readonly number[]): Promise<number[]> => inState(pids, (state) => state !== '' && state !== 'Z');

/** The processes that SIGSTOP has stopped. */
export const stopped = (pids: readonly number[]): Promise<number[]> => inState(pids, (state) => state === 'T');

/** @param isMeant gets the state letter of proc(5), or an empty text if the process does not exist */
async function inState(pids: readonly number[], isMeant: (state: string) => boolean): Promise<number[]> {
  const are = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return isMeant(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
    }),
  );
  return pids.filter((_, i) => are[i]);
}
