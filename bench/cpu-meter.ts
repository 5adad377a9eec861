import type { LambdaService } from '../emulator/lambda/lambda-service';
import { shortName } from '../environments/physical-name';
import { readProcess } from './processes/read-process';

/** CPU time of execution environments while the meter is on, in ms by function. Reads /proc: the times are 0 without /proc. */
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

  /** CPU time in ms, by function. */
  get byFunction(): Readonly<Record<string, number>> {
    return this.used;
  }
}

const cpuMs = (pid: number): number => readProcess(pid)?.cpuMs ?? 0;
