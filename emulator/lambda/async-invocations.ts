/**
 * Asynchronous invocations: Lambda keeps them in a queue, tries them again after errors and throttles, and sends the
 * final result to a destination. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { EventEmitter } from 'node:events';
import type { InvokeResult, Queues, Topics } from '../services';
import type { FunctionSpec } from '../specs';
import { destinationRecord } from './destination-record';
import type { FailureCondition } from './destination-record';
import type { Invocation, RunOutcome } from './invocation';

/** A throttled event is tried again after 1 s; the wait doubles each time, up to five minutes (same page). */
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 5 * 60 * 1000;

export interface AsyncInvocationsOptions {
  readonly invoke: (spec: FunctionSpec, invocation: Invocation) => Promise<InvokeResult>;
  readonly queues: Queues;
  readonly topics?: Topics;
  /** Waits before the first, second … retry after an error, in ms. */
  readonly retryDelaysMs: readonly number[];
  readonly warn: (spec: FunctionSpec, requestId: string, message: string) => void;
}

/** Events about asynchronous invocations; each event names its function. */
export interface AsyncInvocationEvents {
  received: [functionName: string];
  /** An attempt begins; `ageMs` is the time since the event was queued. */
  attempt: [functionName: string, ageMs: number];
  /** An event was given up. */
  dropped: [functionName: string];
  /** A destination refused a record. */
  destinationFailed: [functionName: string];
}

interface Event {
  readonly spec: FunctionSpec;
  readonly invocation: Invocation;
  readonly queuedAt: number;
  invokeCount: number;
  throttles: number;
  outcome?: RunOutcome;
}

export class AsyncInvocations {
  readonly events = new EventEmitter<AsyncInvocationEvents>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly options: AsyncInvocationsOptions) {}

  add(spec: FunctionSpec, invocation: Invocation): void {
    this.events.emit('received', spec.name);
    void this.attempt({ spec, invocation, queuedAt: Date.now(), invokeCount: 0, throttles: 0 });
  }

  /** Stops all retries. Events that wait for another attempt are lost. */
  close(): void {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private async attempt(event: Event): Promise<void> {
    const { spec, invocation } = event;
    this.events.emit('attempt', spec.name, Date.now() - event.queuedAt);
    const result = await this.options.invoke(spec, invocation).catch((error: unknown): InvokeResult => ({
      kind: 'error',
      errorType: 'ServiceException',
      errorMessage: String(error),
    }));
    if (this.closed) return;
    if (result.kind === 'throttled') return this.onThrottle(event);
    event.outcome = result;
    event.invokeCount += 1;
    if (result.kind === 'error') this.onError(event);
    else if (spec.asyncInvocation.onSuccessArn !== undefined) this.send(event, spec.asyncInvocation.onSuccessArn, 'Success');
  }

  private onError(event: Event): void {
    const { retryDelaysMs } = this.options;
    const retries = event.invokeCount - 1;
    if (retries >= event.spec.asyncInvocation.maxRetries) return this.giveUp(event, 'RetriesExhausted');
    this.retryAfter(event, retryDelaysMs[Math.min(retries, retryDelaysMs.length - 1)] ?? 0);
  }

  private onThrottle(event: Event): void {
    // Reserved concurrency 0 switches a function off: its events go to the destination at once.
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

  private giveUp(event: Event, condition: FailureCondition): void {
    const { spec, invocation } = event;
    this.events.emit('dropped', spec.name);
    const { onFailureArn } = spec.asyncInvocation;
    if (onFailureArn !== undefined) return this.send(event, onFailureArn, condition);
    const what = describe(event, condition);
    this.options.warn(spec, invocation.requestId, `${what}: ${spec.address} has no on-failure destination`);
  }

  private send(event: Event, destinationArn: string, condition: 'Success' | FailureCondition): void {
    const { spec, invocation, invokeCount, outcome } = event;
    const { requestId, payload } = invocation;
    const record = destinationRecord({ requestId, functionArn: spec.arn, condition, invokeCount, payload, outcome }, new Date());
    const sender = { functionArn: spec.arn };
    try {
      const { queues, topics } = this.options;
      if (topics && destinationArn.split(':')[2] === 'sns') topics.publish(destinationArn, { body: record }, sender);
      else queues.send(destinationArn, record, sender);
    } catch (error) {
      this.events.emit('destinationFailed', spec.name);
      const what = describe(event, condition);
      this.options.warn(spec, requestId, `${what}: the destination ${destinationArn} refused the record: ${(error as Error).message}`);
    }
  }
}

const describe = ({ invocation, invokeCount }: Event, condition: 'Success' | FailureCondition): string =>
  condition === 'Success'
    ? `event ${invocation.requestId} was processed`
    : `event ${invocation.requestId} was dropped (${condition} after ${invokeCount} invocations)`;
