import { shortName } from '../../environments/physical-name';
import { ProcessTree } from '../processes/process-tree';
import { readVariable, type ProcessTimes } from '../processes/read-process';

/** CPU time by process name, in ms. */
export type CpuMs = Readonly<Record<string, number>>;

/**
 * CPU time of the emulator, the agent, and each function's execution environments, ended environments included. Reads /proc.
 * No CPU time of an ended environment is lost between two looks, because the kernel adds that time to the parent process.
 */
export class CpuByProcess {
  private readonly tree: ProcessTree;
  private readonly names: Map<number, string>;
  private last = new Map<number, ProcessTimes>();
  private used: Record<string, number> = {};
  private readonly environments = new Set<number>();

  /** @param pids processes that are named by their key; `emulator` is the parent of all environments, which are named by function */
  constructor(private readonly pids: { readonly emulator: number; readonly agent?: number }) {
    this.tree = new ProcessTree(process.pid);
    this.names = new Map(Object.entries(pids).map(([name, pid]) => [pid, name]));
    this.look();
    this.used = {};
  }

  /** Adds the CPU time that the processes have used since the last look. */
  look(): void {
    const now = new Map<number, ProcessTimes>();
    for (const times of this.tree.look()) {
      const name = this.nameOf(times);
      if (name === undefined) continue;
      now.set(times.pid, times);
      this.add(name, times.cpuMs - (this.last.get(times.pid)?.cpuMs ?? 0));
    }
    this.addEnded(now);
    this.last = now;
  }

  /** Returns the CPU time used since the last call of `take`. */
  take(): CpuMs {
    this.look();
    const { used } = this;
    this.used = {};
    return used;
  }

  /** Number of environments that have been started. */
  get started(): number {
    return this.environments.size;
  }

  /** The process of one environment of a function; undefined if there is none. */
  environmentOf(functionName: string): number | undefined {
    return this.living().find(({ pid }) => this.names.get(pid) === functionName)?.pid;
  }

  /** Environments that are alive. */
  living(): ProcessTimes[] {
    return [...this.last.values()].filter(({ pid }) => this.environments.has(pid));
  }

  private addEnded(now: ReadonlyMap<number, ProcessTimes>): void {
    const endedMs = (times: ReadonlyMap<number, ProcessTimes>): number => times.get(this.pids.emulator)?.endedChildrenMs ?? 0;
    const ended = [...this.last.values()].filter(({ pid, parent }) => parent === this.pids.emulator && !now.has(pid));
    const unseenMs = endedMs(now) - endedMs(this.last) - ended.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    // A process that began and ended between two looks has no name.
    const names = ended.length > 0 ? ended.flatMap(({ pid }) => this.names.get(pid) ?? []) : ['other'];
    if (this.last.size > 0) for (const name of names) this.add(name, unseenMs / names.length);
  }

  private add(name: string, ms: number): void {
    if (ms > 0) this.used[name] = (this.used[name] ?? 0) + ms;
  }

  /** Undefined for the guard of the emulator's processes and for a process that is just being started. */
  private nameOf({ pid, parent }: ProcessTimes): string | undefined {
    const known = this.names.get(pid);
    if (known !== undefined || parent !== this.pids.emulator) return known;
    const functionName = readVariable(pid, 'AWS_LAMBDA_FUNCTION_NAME');
    if (functionName === undefined) return undefined;
    this.names.set(pid, shortName(functionName));
    this.environments.add(pid);
    return this.names.get(pid);
  }
}
