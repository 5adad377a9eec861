import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { Construct } from 'constructs';
import { AsyncInvocation } from './async-invocation';
import { namePrefix, physicalName } from '../environments/physical-name';
import { allow, notifiedByAlarms, notifiedByAlone, policyDocument, tlsOnly, type AllowStatement } from './policy';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/**
 * Lambda repeats a failed asynchronous invocation after one minute and again after two:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const ROLL_BACK = { retries: 2, maxAgeSeconds: 300 };

/** The topic to which alarms and roll-back publish. People, chats and pagers can subscribe to the topic. */
export class AlarmTopic extends Construct {
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly context: StackContext,
  ) {
    super(scope, id);
    const { environment, encryption } = context;
    const topic = new SnsTopic(this, 'Default', {
      name: physicalName('topic', environment.name, 'alarms'),
      displayName: `http-tunnel ${environment.name}`,
      ...encryption.ofTopic(),
    });
    this.arn = topic.arn;
    if (environment.alarms.notifyEmail !== null) {
      // AWS first sends a confirmation mail to the address. Alarms follow only after the confirmation.
      new SnsTopicSubscription(this, 'subscription', {
        topicArn: topic.arn,
        protocol: 'email',
        endpoint: environment.alarms.notifyEmail,
      });
    }
  }

  /** The right that roll-back's role needs so that Lambda can publish the outcome of roll-back. */
  allowPublishing(): AllowStatement {
    return allow(['sns:Publish'], this.arn);
  }

  /** Publishes each rollback and each final failure. Only this environment's alarms and `rollBack` may publish. */
  reportOutcomesOf(rollBack: TunnelFunction): void {
    const { name, accountId, region } = this.context.environment;
    new SnsTopicPolicy(this, 'policy', {
      arn: this.arn,
      policy: policyDocument([
        tlsOnly('sns:Publish', this.arn),
        notifiedByAlarms(accountId, `arn:aws:cloudwatch:${region}:${accountId}:alarm:${namePrefix(name)}*`, this.arn),
        notifiedByAlone(rollBack.roleArn, accountId, this.arn),
      ]),
    });
    new AsyncInvocation(this, 'outcome', rollBack, { onFailure: this, onSuccess: this, ...ROLL_BACK });
  }
}
