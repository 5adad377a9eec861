import type { ForwardObserver } from '../core/forward-request';
import type { Mode } from '../core/pending-request';
import type { Cohort } from '../core/rollout';
import { TunnelError } from '../core/tunnel-error';
import type { Answer } from '../core/wait-for-response';
import { count, identify, logger, setDimensions } from '../telemetry';

/** Turns what happens to one request into metrics, compared by `cohort` (what was assigned) and `mode` (what was done). */
export class RequestMetrics implements ForwardObserver {
  private assignment: { cohort: Cohort; mode: Mode } | undefined;
  private answer: Answer | undefined;

  constructor(private readonly now: () => number) {}

  assigned(assignment: { tunnelId: string; cohort: Cohort; mode: Mode }): void {
    const { tunnelId, cohort, mode } = assignment;
    this.assignment = { cohort, mode };
    identify({ tunnelId, mode });
    setDimensions({ cohort, mode });
    count('Requests');
  }

  answered(answer: Answer): void {
    this.answer = answer;
    const ms = this.now() - answer.completedAt;
    count('ReturnTime', ms);
    if (answer.learnedBy === 'bus' || answer.learnedBy === 'direct') count('WakeLatency', ms);
  }

  storeFailed(error: unknown): void {
    logger.warn('could not read or remove the pending row', error as Error);
  }

  /** The request is over; `error` is what the visitor is told instead of an answer. */
  ended(arrivedAt: number, error?: unknown): void {
    if (error !== undefined) count('RequestErrors');
    if (!this.assignment) return;
    count('ResponseTime', this.now() - arrivedAt);
    if (this.assignment.cohort === 'event-driven' && this.missedItsEvent(error)) count('EventDrivenErrors');
  }

  /** Rescued by a read, fallen back to polling, or never answered. An error that came as an answer is no miss. */
  private missedItsEvent(error: unknown): boolean {
    if (this.answer) return this.answer.learnedBy === 'read' || this.answer.learnedBy === 'last-look';
    return !(error instanceof TunnelError) || error.code === 'deadline_exceeded';
  }
}
