/**
 * Delivery of events to targets, with retries and dead letters.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
import type { Clock } from '../clock';
import type { Logger } from '../services';
import type { TargetSpec } from '../specs';
import { sendDeadLetter } from './dead-letter';
import type { Delivery } from './delivery';
import type { ExhaustedCondition } from './dead-letter';
import { attempt, failureOf } from './delivery-attempt';
import type { Carriers, DeliveryFailure } from './delivery-attempt';

/** Longest pause between retries. With about 8 minutes, EventBridge's default of 185 retries takes 24 hours. */
const MAX_BACKOFF_MS = 8 * 60 * 1000;

/** The outcome of one attempt. */
export interface DeliveryRecord {
  readonly at: number;
  readonly ruleName: string;
  readonly busName: string;
  readonly targetArn: string;
  readonly eventId: string;
  /** `dropped`: the event was given up, and no dead-letter queue took it. */
  readonly outcome: 'delivered' | 'retrying' | 'dead-lettered' | 'dropped';
  readonly attempts: number;
  readonly errorCode?: DeliveryFailure['code'];
}

export interface TargetDeliveryOptions extends Carriers {
  /** Pause before the first retry, in ms; each further pause is twice as long. */
  readonly retryBaseMs: number;
  readonly clock: Clock;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly log: Logger;
  /** Ends the pauses between retries. */
  readonly signal: AbortSignal;
  readonly onRecord: (record: DeliveryRecord) => void;
  /** Awaited before each attempt; adds latency. A rejection counts as a failed attempt. */
  readonly beforeDelivery?: (target: TargetSpec) => Promise<void>;
  /** Wraps each attempt; injects faults. A rejection counts as a failed attempt. */
  readonly interceptDelivery?: DeliveryInterceptor;
}

export type DeliveryInterceptor = (
  target: TargetSpec,
  attempt: () => Promise<DeliveryFailure | undefined>,
) => Promise<DeliveryFailure | undefined>;

export class TargetDelivery {
  constructor(private readonly options: TargetDeliveryOptions) {}

  /** Resolves when the event is delivered or given up; never rejects. */
  async deliver(delivery: Delivery): Promise<void> {
    const { clock, signal } = this.options;
    for (let attempts = 1; !signal.aborted; attempts++) {
      const failure = await this.attempt(delivery);
      if (signal.aborted) return;
      if (!failure) return this.record(delivery, 'delivered', attempts);
      const pauseMs = this.pauseAfter(attempts);
      const condition = this.exhausted(delivery, attempts, pauseMs);
      if (!failure.retryable || condition) return this.giveUp(delivery, failure, attempts, condition);
      this.record(delivery, 'retrying', attempts, failure);
      await clock.sleep(pauseMs, signal);
    }
  }

  private async attempt(delivery: Delivery): Promise<DeliveryFailure | undefined> {
    const { target } = delivery;
    const { beforeDelivery, interceptDelivery = (_target, next) => next() } = this.options;
    try {
      await beforeDelivery?.(target);
      return await interceptDelivery(target, async () => this.hand(delivery));
    } catch (error) {
      return failureOf(error);
    }
  }

  private hand({ rule, target, input, event, ingestedAt, traceHeader }: Delivery): DeliveryFailure | undefined {
    if (this.options.signal.aborted) return undefined;
    const payload = input(event, new Date(ingestedAt));
    if (payload.kind === 'invalid') return { code: 'INVALID_JSON', message: payload.reason, retryable: false };
    return attempt({ targetArn: target.arn, ruleArn: rule.arn, payload: payload.value, traceHeader }, this.options);
  }

  /** Exponential backoff. The upper half of the pause is random, so that events that failed together are not retried together. */
  private pauseAfter(attempts: number): number {
    const full = Math.min(this.options.retryBaseMs * 2 ** (attempts - 1), MAX_BACKOFF_MS);
    return (full / 2) * (1 + this.options.random());
  }

  private exhausted(delivery: Delivery, attempts: number, pauseMs: number): ExhaustedCondition | undefined {
    if (attempts > delivery.target.maxRetries) return 'MaximumRetryAttempts';
    const ageThen = this.options.clock.now() + pauseMs - delivery.ingestedAt;
    return ageThen > delivery.target.maxEventAgeMs ? 'MaximumEventAgeInSeconds' : undefined;
  }

  private giveUp(delivery: Delivery, failure: DeliveryFailure, attempts: number, condition: ExhaustedCondition | undefined): void {
    const lost = sendDeadLetter(delivery, { failure, retries: attempts - 1, condition }, this.options.queues);
    if (lost !== undefined) {
      this.options.log.warn(
        `${delivery.target.address}: event ${delivery.event.id} is dropped after ${attempts} attempts ` +
          `(${failure.code}: ${failure.message}): ${lost}`,
      );
    }
    this.record(delivery, lost === undefined ? 'dead-lettered' : 'dropped', attempts, failure);
  }

  private record({ rule, target, event }: Delivery, outcome: DeliveryRecord['outcome'], attempts: number, failure?: DeliveryFailure): void {
    this.options.onRecord({
      at: this.options.clock.now(),
      ruleName: rule.name,
      busName: rule.busName,
      targetArn: target.arn,
      eventId: event.id,
      outcome,
      attempts,
      ...(failure && { errorCode: failure.code }),
    });
  }
}
