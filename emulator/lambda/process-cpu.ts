import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

const NS_PER_MS = 1e6;
/** A line of three numbers fits. One buffer is enough, because reads do not overlap. */
const buffer = Buffer.alloc(128);

/**
 * The CPU time of a process since it began, all its threads together, in ms. Threads that have ended are missing; Node.js keeps its own
 * threads until its end. Takes about 0.1 ms.
 * @returns undefined where the kernel does not tell it, or when the process has ended
 */
export function cpuMs(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + readMs(`/proc/${pid}/task/${thread}/schedstat`), 0);
  } catch {
    return undefined;
  }
}

/** The CPU time of the main thread alone. Takes about 5 µs. */
export function mainThreadMs(pid: number): number | undefined {
  try {
    return readMs(`/proc/${pid}/schedstat`);
  } catch {
    return undefined;
  }
}

/** Whether the CPU time of a process can be read: only on Linux, and not in every sandbox on Linux. */
export const tellsCpuTime = (): boolean => (cpuMs(process.pid) ?? 0) > 0;

/** Source: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
function readMs(file: string): number {
  const descriptor = openSync(file, 'r');
  try {
    return parseInt(buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0)), 10) / NS_PER_MS;
  } finally {
    closeSync(descriptor);
  }
}
