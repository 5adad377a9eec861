import type { ForwardObserver } from '../core/forward-options';
import type { Cohort, Mode } from '../core/answer-path';
import type { CutReason } from '../core/stream/stream-settings';
import type { TunnelError } from '../core/tunnel-error';
import type { Answer } from '../core/wait-for-response';
import { count, countBy, nameLines } from '../metrics';
import { identify, logger } from '../telemetry';

/**
 * Time that a wake may take, in ms. A direct wake is given up after this time (`timings.wakePostMs`), and the bus needs at most about
 * this time (docs/benchmarks/aws.md). A read that finds a younger answer has only been quicker than the wake. Of the answers
 * that come after the first safety read, such reads find about 3 % in mode direct (a wake takes 26 ms of each second) and 27 % in
 * mode bus (269 ms). So they depend on how slow local services are, and a hostile agent could time its answers for them.
 */
const WAKE_MS = 500;

/** Turns the events of one request into metrics, by `cohort` (what was assigned) and `mode` (what was done). */
export class RequestMetrics implements ForwardObserver {
  private tunnelId: string | undefined;
  private assignment: { cohort: Cohort; mode: Mode } | undefined;
  private answer: { readonly source: AnswerSource; readonly returnMs: number } | undefined;
  private isLastLookLost = false;

  constructor(private readonly now: () => number) {}

  addressed(tunnelId: string): void {
    this.tunnelId = tunnelId;
    identify({ tunnelId });
  }

  assigned({ cohort, mode }: { cohort: Cohort; mode: Mode }): void {
    this.assignment = { cohort, mode };
    identify({ mode });
    countBy('Requests', this.assignment);
  }

  answered(answer: Parameters<ForwardObserver['answered']>[0]): void {
    const source = sourceOf(answer);
    const returnMs = this.now() - answer.completedAt;
    this.answer = { source, returnMs };
    if (!this.assignment) return;
    countBy('ReturnTime', this.assignment, returnMs);
    // A polling request is not woken, so its reads are not safety reads.
    if (this.assignment.mode !== 'polling') countBy('WakeLatency', { source }, returnMs);
  }

  askedFor(): void {
    this.nameTunnel();
    count('AnswersAskedFor');
  }

  streamed(cut?: CutReason): void {
    if (cut === 'late') count('StreamLate');
    if (cut === undefined || cut === 'left' || cut === 'late') return;
    logger.info('a stream was cut', { reason: cut });
    this.nameTunnel();
    if (this.assignment) countBy('StreamsCut', this.assignment);
    if (cut === 'idle') count('StreamIdle');
    if (cut === 'slow') count('StreamSlow');
  }

  storeFailed(error: unknown): void {
    logger.warn('could not read or remove the pending row', error as Error);
  }

  lastLookFailed(error: unknown): void {
    logger.warn('the last look at the pending row failed', error as Error);
    this.isLastLookLost = true;
  }

  /**
   * The request is over; `refusal` is the error that the visitor gets instead of an answer. All refusals are counted; everything else
   * is counted only for requests that were assigned, because the others have not reached an agent.
   */
  ended(arrivedAt: number, refusal?: TunnelError): void {
    if (refusal) this.refused(refusal);
    if (!this.assignment) return;
    countBy('ResponseTime', this.assignment, this.now() - arrivedAt);
    if (refusal) countBy('RequestErrors', this.assignment);
    if (this.assignment.cohort === 'event-driven' && this.missedItsEvent(this.assignment.mode))
      countBy('EventDrivenErrors', this.assignment);
  }

  private refused({ code, entry: { cause } }: TunnelError): void {
    this.nameTunnel();
    countBy('Refusals', { code, cause });
  }

  /** The tunnel is not a dimension, because each tunnel would be a metric of its own: queries find it in the line. */
  private nameTunnel(): void {
    if (this.tunnelId !== undefined) nameLines({ tunnelId: this.tunnelId });
  }

  /**
   * Whether there was an answer that the event did not announce, or may have been one that nobody saw. A rollback helps in these
   * cases only: an agent that never answers and a row that cannot be put are the same problem when all requests poll. No agent can
   * cause a miss by what it answers, or when.
   */
  private missedItsEvent(mode: Mode): boolean {
    if (!this.answer) return this.isLastLookLost;
    if (mode === 'polling') return true;
    return this.answer.source === 'safety-read' && this.answer.returnMs >= WAKE_MS;
  }
}

type AnswerSource = 'direct' | 'bus' | 'safety-read';

const sourceOf = ({ learnedBy }: Pick<Answer, 'learnedBy'>): AnswerSource =>
  learnedBy === 'bus' || learnedBy === 'direct' ? learnedBy : 'safety-read';
