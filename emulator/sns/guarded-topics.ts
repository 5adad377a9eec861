import { AwsError, type Sender, type TopicMessage, type Topics } from '../services';
import type { TopicSpec } from '../specs';
import { publishAccess } from './sns-access';
import type { Iam } from '../iam/iam';

/** AWS's own key for topics. Only AWS can let a service use the key: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
const SNS_KEY = 'alias/aws/sns';

/**
 * Topics that check the publisher's right: the role decides for a function, the topic's policy for a service. A topic without a
 * policy has AWS's default policy, which lets services of the same account publish.
 */
export class GuardedTopics implements Topics {
  private readonly byArn: ReadonlyMap<string, TopicSpec>;

  constructor(
    private readonly topics: Topics,
    private readonly iam: Iam,
    specs: readonly TopicSpec[],
  ) {
    this.byArn = new Map(specs.map((spec) => [spec.arn, spec]));
  }

  /** @throws AwsError AccessDeniedException, and the errors of the topics */
  publish(topicArn: string, message: { readonly subject?: string; readonly body: string }, publisher: Sender): void {
    const [publish, ...keyUse] = publishAccess(topicArn, this.iam.place);
    if ('functionArn' in publisher) {
      for (const access of [publish, ...keyUse]) if (access) this.iam.require(this.iam.callerFor(publisher.functionArn), access);
    } else if (publish) {
      if (this.byArn.get(topicArn)?.kmsKey === SNS_KEY) {
        throw new AwsError(
          400,
          'KMSAccessDeniedException',
          `${publisher.service} may not use ${SNS_KEY}: encrypt the topic with a key of your own`,
        );
      }
      // The right of a service to use a key is in the key's policy, which the local cloud does not read.
      const caller = { kind: 'service', service: publisher.service } as const;
      if (this.iam.hasResourcePolicy(topicArn)) this.iam.require(caller, { ...publish, context: { 'aws:SourceArn': publisher.sourceArn } });
    }
    this.topics.publish(topicArn, message, publisher);
  }

  messages(topicArn: string): readonly TopicMessage[] {
    return this.topics.messages(topicArn);
  }
}
