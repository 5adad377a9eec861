import type { Clock } from '../clock';
import { backgroundClock } from '../background-clock';
import { closingController } from '../closing-controller';
import type { Closeable } from '../services';
import type { ActiveFault } from './active-fault';
import type { Fault, FaultPlace } from './fault-plan';
import type { Faults, Subject } from './faults';

/** Something that exists for a while, such as an execution environment, and that a fault can strike while it exists. */
export interface FaultTarget {
  readonly subject: Subject;
  readonly strike: (fault: Fault) => void;
}

export interface FaultRoundsOptions {
  readonly faults: Faults;
  readonly place: FaultPlace;
  /** What exists now. */
  readonly targets: () => readonly FaultTarget[];
  readonly clock?: Clock;
}

/** Strikes what exists at a place, every `everyMs` of each fault there. At the other places, events come to the faults instead. */
export class FaultRounds implements Closeable {
  private readonly closing = closingController();

  constructor(private readonly options: FaultRoundsOptions) {}

  start(): void {
    const { faults, place } = this.options;
    for (const active of faults.at(place)) void this.run(active);
  }

  async close(): Promise<void> {
    this.closing.abort();
  }

  private async run(active: ActiveFault): Promise<void> {
    const { clock = backgroundClock, faults, targets } = this.options;
    const { signal } = this.closing;
    for (;;) {
      await clock.sleep(active.fault.everyMs ?? 0, signal);
      if (signal.aborted) return;
      for (const { subject, strike } of targets()) {
        if (faults.matches(active.fault, subject) && active.strikes()) strike(active.fault);
      }
    }
  }
}
