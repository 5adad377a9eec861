import type { Clock } from '../clock';
import { backgroundClock } from '../background-clock';
import { closingController } from '../closing-controller';
import type { Closeable, ExecutionEnvironment } from '../services';
import type { ActiveFault } from './active-fault';
import type { Faults } from './faults';

export interface EnvironmentKillerOptions {
  readonly faults: Faults;
  readonly environments: () => readonly ExecutionEnvironment[];
  readonly kill: (environmentId: string) => void;
  readonly clock?: Clock;
}

/** Kills execution environments, running or frozen, every `everyMs` of each fault on `environments`. */
export class EnvironmentKiller implements Closeable {
  private readonly closing = closingController();

  constructor(private readonly options: EnvironmentKillerOptions) {}

  start(): void {
    for (const active of this.options.faults.at('environments')) void this.run(active);
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  private async run(active: ActiveFault): Promise<void> {
    const { clock = backgroundClock, environments, faults, kill } = this.options;
    const { signal } = this.closing;
    for (;;) {
      await clock.sleep(active.fault.everyMs ?? 0, signal);
      if (signal.aborted) return;
      for (const { id, functionName } of environments()) {
        if (faults.matches(active.fault, { function: functionName }) && active.strikes()) kill(id);
      }
    }
  }
}
