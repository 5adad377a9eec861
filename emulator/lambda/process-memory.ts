import { readFileSync } from 'node:fs';

/**
 * The most memory a process has had resident, in whole MB: what a REPORT line calls `Max Memory Used`.
 * @returns undefined where the kernel has no /proc, or when the process has ended
 */
export function maxMemoryMb(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
