import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { Construct } from 'constructs';
import { AsyncInvocation } from './async-invocation';
import { namePrefix, physicalName } from '../environments/physical-name';
import { allow, notifiedByAlarms, notifiedByAlone, policyDocument, tlsOnly, type Statement } from './policy';
import type { StackContext } from './stack-context';
import type { TunnelFunction } from './tunnel-function';

/**
 * Lambda repeats a failed asynchronous invocation after one minute and again after two:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
const ROLL_BACK = { retries: 2, maxAgeSeconds: 300 };

/** Where alarms and roll-back say what has happened. Whoever wants to know subscribes: a person, a chat, a pager. */
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
      // The address gets a mail and has to confirm: until then AWS sends it nothing.
      new SnsTopicSubscription(this, 'subscription', {
        topicArn: topic.arn,
        protocol: 'email',
        endpoint: environment.alarms.notifyEmail,
      });
    }
  }

  /** What roll-back's role needs for Lambda to tell of its outcome. */
  allowPublishing(): Statement {
    return allow(['sns:Publish'], this.arn);
  }

  /** Tells of each rollback, and of one that failed for good; nobody but this environment's alarms and that function may. */
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
