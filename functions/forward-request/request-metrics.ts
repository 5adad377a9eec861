import type { ForwardObserver } from '../core/forward-request';
import type { Mode } from '../core/answer-path';
import type { Cohort } from '../core/answer-path';
import { TunnelError } from '../core/tunnel-error';
import type { Answer } from '../core/wait-for-response';
import { countBy } from '../metrics';
import { identify, logger } from '../telemetry';

/** Turns the events of one request into metrics, by `cohort` (what was assigned) and `mode` (what was done). */
export class RequestMetrics implements ForwardObserver {
  private assignment: { cohort: Cohort; mode: Mode } | undefined;
  private answer: Answer | undefined;

  constructor(private readonly now: () => number) {}

  assigned({ tunnelId, cohort, mode }: { tunnelId: string; cohort: Cohort; mode: Mode }): void {
    this.assignment = { cohort, mode };
    identify({ tunnelId, mode });
    countBy('Requests', this.assignment);
  }

  answered(answer: Answer): void {
    this.answer = answer;
    if (!this.assignment) return;
    const ms = this.now() - answer.completedAt;
    countBy('ReturnTime', this.assignment, ms);
    // A polling request is not woken, so its reads are not safety reads.
    if (this.assignment.mode !== 'polling') countBy('WakeLatency', { source: sourceOf(answer) }, ms);
  }

  storeFailed(error: unknown): void {
    logger.warn('could not read or remove the pending row', error as Error);
  }

  /**
   * The request is over; `error` is what the visitor gets instead of an answer. A request that was not assigned has not reached
   * an agent and is not counted.
   */
  ended(arrivedAt: number, error?: unknown): void {
    if (!this.assignment) return;
    countBy('ResponseTime', this.assignment, this.now() - arrivedAt);
    if (error !== undefined) countBy('RequestErrors', this.assignment);
    if (this.assignment.cohort === 'event-driven' && this.missedItsEvent(error)) countBy('EventDrivenErrors', this.assignment);
  }

  /**
   * Whether a safety read found the answer, the request fell back to polling, or no answer came. An error that the agent sent as
   * its answer does not count.
   */
  private missedItsEvent(error: unknown): boolean {
    if (this.answer) return sourceOf(this.answer) === 'safety-read';
    return !(error instanceof TunnelError) || error.code === 'deadline_exceeded';
  }
}

const sourceOf = ({ learnedBy }: Answer): 'direct' | 'bus' | 'safety-read' =>
  learnedBy === 'bus' || learnedBy === 'direct' ? learnedBy : 'safety-read';
