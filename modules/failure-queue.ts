import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { physicalName } from './physical-name';
import { allow, deadLetterPolicy, type Statement } from './policy';

/** The longest SQS keeps a message, in seconds: 14 days (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html). */
const RETENTION_SECONDS = 14 * 24 * 60 * 60;

/** Where something ends up that could not be delivered, for people to look at: nothing reads it. */
export class FailureQueue extends Construct {
  readonly arn: string;
  private readonly url: string;

  /** @param thing the queue's part of its name, `stream-failures` */
  constructor(scope: Construct, id: string, environment: Environment, thing: string) {
    super(scope, id);
    const queue = new SqsQueue(this, 'Default', {
      name: physicalName('queue', environment.name, thing),
      messageRetentionSeconds: RETENTION_SECONDS,
      sqsManagedSseEnabled: true,
    });
    this.arn = queue.arn;
    this.url = queue.url;
  }

  /** What a function's role needs for Lambda to send the function's failures here. */
  allowSending(): Statement {
    return allow(['sqs:SendMessage'], this.arn);
  }

  /** Lets this rule's dead letters in. */
  acceptDeadLettersOf(ruleArn: string): void {
    new SqsQueuePolicy(this, 'policy', { queueUrl: this.url, policy: deadLetterPolicy(this.arn, ruleArn) });
  }
}
