/**
 * Asynchronous invocations: kept in a queue of Lambda's own, tried again after errors and throttles, and sent to the
 * on-failure destination in the end. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import type { InvokeResult, Queues } from '../services';
import type { FunctionSpec } from '../specs';
import { destinationRecord } from './destination-record';
import type { FailedEvent, FailureCondition } from './destination-record';
import type { Invocation } from './invocation';

/** Throttled events come back after 1 s, then twice as long each time, up to five minutes (same page). */
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 5 * 60 * 1000;

export interface AsyncInvocationsOptions {
  readonly invoke: (spec: FunctionSpec, invocation: Invocation) => Promise<InvokeResult>;
  readonly queues: Queues;
  /** Waits before the first, second … retry after an error, in ms. */
  readonly retryDelaysMs: readonly number[];
  readonly warn: (spec: FunctionSpec, requestId: string, message: string) => void;
}

interface Event {
  readonly spec: FunctionSpec;
  readonly invocation: Invocation;
  readonly queuedAt: number;
  invokeCount: number;
  throttles: number;
  failure?: FailedEvent['failure'];
}

export class AsyncInvocations {
  private readonly timers = new Set<NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly options: AsyncInvocationsOptions) {}

  add(spec: FunctionSpec, invocation: Invocation): void {
    void this.attempt({ spec, invocation, queuedAt: Date.now(), invokeCount: 0, throttles: 0 });
  }

  /** Events that wait for another try are lost, as the rest of the local cloud is. */
  close(): void {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private async attempt(event: Event): Promise<void> {
    const { spec, invocation } = event;
    const result = await this.options
      .invoke(spec, invocation)
      .catch((error: unknown): InvokeResult => ({
        kind: 'error',
        errorType: 'ServiceException',
        errorMessage: String(error),
      }));
    if (this.closed || result.kind === 'ok') return;
    if (result.kind === 'throttled') this.onThrottle(event);
    else this.onError(event, result);
  }

  private onError(event: Event, failure: NonNullable<FailedEvent['failure']>): void {
    const { retryDelaysMs } = this.options;
    event.failure = failure;
    event.invokeCount += 1;
    const retries = event.invokeCount - 1;
    if (retries >= event.spec.asyncInvocation.maxRetries) return this.giveUp(event, 'RetriesExhausted');
    this.retryAfter(event, retryDelaysMs[Math.min(retries, retryDelaysMs.length - 1)] ?? 0);
  }

  private onThrottle(event: Event): void {
    // A function that is switched off has its events sent on at once.
    if (event.spec.reservedConcurrency === 0) return this.giveUp(event, 'ZeroReservedConcurrency');
    const delayMs = Math.min(FIRST_BACKOFF_MS * 2 ** event.throttles, MAX_BACKOFF_MS);
    event.throttles += 1;
    this.retryAfter(event, delayMs);
  }

  private retryAfter(event: Event, delayMs: number): void {
    const ageThen = Date.now() + delayMs - event.queuedAt;
    if (ageThen > event.spec.asyncInvocation.maxAgeMs) return this.giveUp(event, 'EventAgeExceeded');
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.attempt(event);
    }, delayMs);
    this.timers.add(timer);
  }

  private giveUp({ spec, invocation, invokeCount, failure }: Event, condition: FailureCondition): void {
    const { requestId, payload } = invocation;
    const { onFailureArn } = spec.asyncInvocation;
    const what = `event ${requestId} dropped (${condition} after ${invokeCount} invocations)`;
    if (onFailureArn === undefined) {
      return this.options.warn(spec, requestId, `${what}: ${spec.address} has no on-failure destination`);
    }
    const record = destinationRecord(
      { requestId, functionArn: spec.arn, condition, invokeCount, payload, failure },
      new Date(),
    );
    try {
      this.options.queues.send(onFailureArn, record, { functionArn: spec.arn });
    } catch (error) {
      this.options.warn(
        spec,
        requestId,
        `${what}: its destination ${onFailureArn} refused it: ${(error as Error).message}`,
      );
    }
  }
}
