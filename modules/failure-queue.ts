import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import { allow, deadLettersOf, policyDocument, tlsOnly, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';

/**
 * The longest time that SQS keeps a message, in seconds: 14 days
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html).
 */
const RETENTION_SECONDS = 14 * 24 * 60 * 60;

export interface FailureQueueProps extends StackContext {
  /** The last part of the queue's name, such as `stream-failures`. */
  readonly thing: string;
  /** ARN of the rule whose dead letters the queue accepts. All other senders use a role. */
  readonly deadLettersOf?: string;
}

/** A queue for items that could not be delivered. People look at the queue; no function reads it. */
export class FailureQueue extends Construct {
  readonly arn: string;
  readonly name: string;

  constructor(scope: Construct, id: string, props: FailureQueueProps) {
    super(scope, id);
    const queue = new SqsQueue(this, 'Default', {
      name: physicalName('queue', props.environment.name, props.thing),
      messageRetentionSeconds: RETENTION_SECONDS,
      ...props.encryption.ofQueue(),
    });
    new SqsQueuePolicy(this, 'policy', {
      queueUrl: queue.url,
      policy: policyDocument([
        tlsOnly('sqs:*', queue.arn),
        ...(props.deadLettersOf === undefined ? [] : [deadLettersOf(props.deadLettersOf, queue.arn)]),
      ]),
    });
    this.arn = queue.arn;
    this.name = queue.name;
  }

  /** The right that a function's role needs so that Lambda can send the function's failures to this queue. */
  allowSending(): AllowStatement {
    return allow(['sqs:SendMessage'], this.arn);
  }
}
