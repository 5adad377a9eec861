import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Construct } from 'constructs';
import { physicalName } from '../environments/physical-name';
import { allow, deadLettersOf, policyDocument, tlsOnly, type Statement } from './policy';
import type { StackContext } from './stack-context';

/** The longest SQS keeps a message, in seconds: 14 days (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html). */
const RETENTION_SECONDS = 14 * 24 * 60 * 60;

export interface FailureQueueProps extends StackContext {
  /** The queue's part of its name, `stream-failures`. */
  readonly thing: string;
  /** ARN of the rule whose dead letters it takes; everybody else sends by a role. */
  readonly deadLettersOf?: string;
}

/** Where something ends up that could not be delivered, for people to look at: nothing reads it. */
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

  /** What a function's role needs for Lambda to send the function's failures here. */
  allowSending(): Statement {
    return allow(['sqs:SendMessage'], this.arn);
  }
}
