import { readFileSync } from 'node:fs';

/** Linux reports CPU time to programs in ticks of a hundredth of a second (`getconf CLK_TCK`). */
const TICK_MS = 10;
const NS_PER_MS = 1e6;

/** One process as Linux shows it; times are in ms since the process began. */
export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** One letter: `R` runs or is ready to run, `S` sleeps, `T` is stopped, `Z` has ended and its parent has not read its exit code yet. */
  readonly state: string;
  /** User and system time. */
  readonly cpuMs: number;
  /** User and system time of the children that have ended, and of their children. */
  readonly endedChildrenMs: number;
}

/** @returns undefined when the process has ended, or where there is no /proc. Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export function readProcess(pid: number): ProcessTimes | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in brackets may contain any character: the fields are counted after its closing bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ms = (field: number): number => Number(fields[field]) * TICK_MS;
  return { pid, parent: Number(fields[1]), state: fields[0] ?? '', cpuMs: ms(11) + ms(12), endedChildrenMs: ms(13) + ms(14) };
}

/** What the scheduler counted for the main thread of a process, in ms since the process began. */
export interface SchedulerTimes {
  /** The thread had a core. */
  readonly ranMs: number;
  /** The thread could have run, and waited for a core. */
  readonly waitedMs: number;
}

/** @returns undefined where the kernel does not count it. Source: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
export function readScheduler(pid: number): SchedulerTimes | undefined {
  const [ran, waited] = read(`/proc/${pid}/schedstat`)?.split(' ') ?? [];
  return ran === undefined || waited === undefined ? undefined : { ranMs: Number(ran) / NS_PER_MS, waitedMs: Number(waited) / NS_PER_MS };
}

/** The environment variables with which a process was started; none if the process has ended. */
export function readVariables(pid: number): Readonly<Record<string, string>> {
  const lines = read(`/proc/${pid}/environ`)?.split('\0') ?? [];
  return Object.fromEntries(
    lines.filter((line) => line.includes('=')).map((line) => [line.replace(/=.*$/s, ''), line.replace(/^[^=]*=/s, '')]),
  );
}

/** An environment variable with which a process was started; undefined if the variable is missing or the process has ended. */
export const readVariable = (pid: number, name: string): string | undefined => readVariables(pid)[name];

/** CPU time of the whole machine since its start, in ms, all cores together. */
export interface MachineTimes {
  readonly cores: number;
  /** Time of processes: user, nice and system. Interrupts belong to no process and are left out: much of them is the bench's traffic. */
  readonly busyMs: number;
  /** Taken by the host of a virtual machine (`steal`). */
  readonly stolenMs: number;
}

/** @returns undefined where there is no /proc. Source: https://man7.org/linux/man-pages/man5/proc_stat.5.html */
export function readMachine(): MachineTimes | undefined {
  const stat = read('/proc/stat');
  if (stat === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, , , , , stolen = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number);
  return { cores: stat.match(/^cpu\d/gm)?.length ?? 1, busyMs: (user + nice + system) * TICK_MS, stolenMs: stolen * TICK_MS };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
