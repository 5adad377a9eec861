import type { InvocationRecord } from '../emulator/lambda/invocation';
import type { LambdaService } from '../emulator/lambda/lambda-service';
import { cpuMs } from '../emulator/lambda/process-cpu';
import { shortName } from '../environments/physical-name';

type Sums = Readonly<Record<string, number>>;

/** CPU time of execution environments while the meter is on, in ms by function: 0 where the system does not tell it. */
export class CpuMeter {
  private used: Record<string, number> = {};
  private stopped: Record<string, number> = {};
  private readonly before = new Map<number, number>();
  private on = false;

  constructor(private readonly lambda: Pick<LambdaService, 'environments'>) {}

  start(): void {
    this.on = true;
    for (const { pid } of this.lambda.environments()) this.before.set(pid, cpuMs(pid) ?? 0);
  }

  stop(): void {
    this.on = false;
    for (const { pid, functionName } of this.lambda.environments()) {
      add(this.used, functionName, Math.max(0, (cpuMs(pid) ?? 0) - (this.before.get(pid) ?? 0)));
    }
  }

  readonly onInvocation = ({ functionName, cpu }: InvocationRecord): void => {
    if (this.on && cpu) add(this.stopped, functionName, cpu.stoppedMs);
  };

  /** Sets everything measured so far to 0. */
  reset(): void {
    this.used = {};
    this.stopped = {};
  }

  /** CPU time in ms, by function. */
  get byFunction(): Sums {
    return this.used;
  }

  /** How long environments were stopped because they had used up their share of a core, in ms by function. */
  get stoppedByFunction(): Sums {
    return this.stopped;
  }
}

const add = (sums: Record<string, number>, functionName: string, ms: number): void => {
  const name = shortName(functionName);
  sums[name] = (sums[name] ?? 0) + ms;
};
