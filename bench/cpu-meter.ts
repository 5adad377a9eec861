import { readFileSync } from 'node:fs';
import type { LambdaService } from '../local/lambda/lambda-service';
import { shortName } from './meter';

/** Linux counts CPU time in ticks of a hundredth of a second for programs to see (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** CPU time that execution environments used while it was on, in ms by function. Reads /proc: zeros where there is none. */
export class CpuMeter {
  private readonly used: Record<string, number> = {};
  private readonly before = new Map<number, number>();

  constructor(private readonly lambda: Pick<LambdaService, 'environments'>) {}

  start(): void {
    for (const { pid } of this.lambda.environments()) this.before.set(pid, cpuMs(pid));
  }

  stop(): void {
    for (const { pid, functionName } of this.lambda.environments()) {
      const ms = cpuMs(pid) - (this.before.get(pid) ?? 0);
      const name = shortName(functionName);
      this.used[name] = (this.used[name] ?? 0) + Math.max(0, ms);
    }
  }

  /** In ms. */
  get byFunction(): Readonly<Record<string, number>> {
    return this.used;
  }
}

/** User and system time of a process, in ms (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
function cpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; fields 14 and 15 are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}
