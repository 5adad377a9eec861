import { readFileSync } from 'node:fs';

/**
 * Memory of processes in MB. Pages that several processes share are divided among them (`Pss` of
 * https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html). 0 where the system does not report memory.
 */
export function memoryMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + kilobytes(pid), 0) / 1024;
}

/** Memory of one process that is resident, in MB; 0 where the system does not report it. Quicker to read than `memoryMb`. */
export function residentMb(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function kilobytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
