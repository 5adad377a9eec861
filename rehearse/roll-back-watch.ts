import type { Cohort } from '../functions/core/answer-path';
import type { Alarms } from '../emulator/observations';
import type { Assignments, ByCohort } from './assignments';
import type { RolloutChanges } from './rollout-changes';
import type { RollbackTrigger } from '../functions/rollback-triggers';
import { firstTriggered } from './triggers';

/** Without a new event-driven request for this time, all requests poll: otherwise several would have come. In ms. */
const QUIET_MS = 3000;

export interface RollBackWatchOptions {
  readonly alarms: Pick<Alarms, 'history'>;
  readonly changes: Pick<RolloutChanges, 'rolledBackAfter'>;
  readonly assignments: Pick<Assignments, 'lastEventDrivenAt' | 'inFlight' | 'isOpen'>;
  /** When the fault began, in ms since the epoch. */
  readonly faultAt: number;
  /** The alarms that are meant to detect the fault. */
  readonly seenBy: readonly RollbackTrigger[];
  readonly onSeen: (what: string, afterMs: number) => void;
}

/** Observes a run from the fault until all requests poll; times are in ms since the epoch. */
export class RollBackWatch {
  /** Time of the first rollback alarm, and of the first alarm that is meant to detect the fault. */
  alarmAt: number | undefined;
  ownAlarmAt: number | undefined;
  /** Time at which the share became 0. */
  rolledBackAt: number | undefined;
  /** After this time, no request was assigned to the event-driven cohort. */
  allPollingAt: number | undefined;
  private waited: Readonly<Record<Cohort, readonly string[]>> = { 'event-driven': [], polling: [] };

  constructor(private readonly options: RollBackWatchOptions) {}

  /** Checks what has happened; must be called every few ms. */
  look(now: number): void {
    const { alarms, seenBy, changes, assignments, faultAt } = this.options;
    this.ownAlarmAt ??= this.seen(firstTriggered(alarms, faultAt, seenBy)?.at, `alarm ${seenBy.join(' or ')}`);
    this.alarmAt ??= this.seen(firstTriggered(alarms, faultAt)?.at, 'the first alarm');
    if (this.rolledBackAt === undefined) {
      this.rolledBackAt = this.seen(changes.rolledBackAfter(faultAt), 'rolled back');
      if (this.rolledBackAt !== undefined) this.waited = assignments.inFlight();
    } else if (this.allPollingAt === undefined) {
      const last = Math.max(this.rolledBackAt, assignments.lastEventDrivenAt ?? 0);
      if (now - last >= QUIET_MS) this.allPollingAt = this.seen(last, 'all requests poll');
    }
  }

  /** True when all requests poll and an alarm that was meant to detect the fault has detected the fault. */
  get isOver(): boolean {
    return this.allPollingAt !== undefined && (this.options.seenBy.length === 0 || this.ownAlarmAt !== undefined);
  }

  /** Requests that waited when the share was set to 0. */
  get inFlight(): ByCohort {
    return { 'event-driven': this.waited['event-driven'].length, polling: this.waited.polling.length };
  }

  /** Number of requests in `inFlight` that still wait. */
  get stillOpen(): number {
    return Object.values(this.waited)
      .flat()
      .filter((id) => this.options.assignments.isOpen(id)).length;
  }

  private seen(at: number | undefined, what: string): number | undefined {
    if (at !== undefined) this.options.onSeen(what, at - this.options.faultAt);
    return at;
  }
}
