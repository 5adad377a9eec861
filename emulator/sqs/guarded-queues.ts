import type { QueueMessage, Queues, Sender } from '../services';
import { queueAccess } from './sqs-access';
import type { Iam } from '../iam/iam';

/** Queues that check the sender's right: the role decides for a function, the queue's policy for a service. */
export class GuardedQueues implements Queues {
  constructor(
    private readonly queues: Queues,
    private readonly iam: Iam,
  ) {}

  /** @throws AwsError AccessDeniedException, and the errors of the queues */
  send(queueArn: string, body: string, sender: Sender, attributes?: Readonly<Record<string, string>>): void {
    const [send, ...keyUse] = queueAccess('SendMessage', queueArn, this.iam.place);
    if ('functionArn' in sender) {
      for (const access of [send, ...keyUse]) if (access) this.iam.require(this.iam.callerFor(sender.functionArn), access);
    } else if (send) {
      // The right of a service to use a key is in the key's policy, which the local cloud does not read.
      this.iam.require({ kind: 'service', service: sender.service }, { ...send, context: { 'aws:SourceArn': sender.sourceArn } });
    }
    this.queues.send(queueArn, body, sender, attributes);
  }

  messages(queueArn: string): readonly QueueMessage[] {
    return this.queues.messages(queueArn);
  }
}
