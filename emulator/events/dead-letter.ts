import type { Queues } from '../services';
import { EVENTS, type DeliveryFailure } from './delivery-attempt';
import type { Delivery } from './delivery';

/** Which limit of the target's retry policy ended the retries. */
export type ExhaustedCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

export interface GivenUp {
  readonly failure: DeliveryFailure;
  readonly retries: number;
  /** Undefined if the failure was of a kind that is not retried. */
  readonly condition: ExhaustedCondition | undefined;
}

/**
 * Sends the event to the target's dead-letter queue. The body is the event itself; the message attributes hold the reason
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
 * @returns why the event could not be sent; undefined if it was sent
 */
export function sendDeadLetter(
  { rule, target, event }: Delivery,
  { failure, retries, condition }: GivenUp,
  queues: Queues,
): string | undefined {
  if (target.deadLetterArn === undefined) return 'the target has no dead-letter queue';
  const attributes = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: failure.message,
    RETRY_ATTEMPTS: String(retries),
    ...(condition && { EXHAUSTED_RETRY_CONDITION: condition }),
  };
  try {
    const sender = { service: EVENTS, sourceArn: rule.arn };
    queues.send(target.deadLetterArn, JSON.stringify(event), sender, attributes);
    return undefined;
  } catch (error) {
    return `the dead-letter queue ${target.deadLetterArn} refused the event: ${(error as Error).message}`;
  }
}
