import type { QueueMessage, Queues, Sender } from '../services';
import { queueAccess } from './access/sqs-access';
import type { Iam } from './iam';

/** Queues that take only what the sender may send: by its role for a function, by the queue's policy for a service. */
export class GuardedQueues implements Queues {
  constructor(
    private readonly queues: Queues,
    private readonly iam: Iam,
  ) {}

  /** @throws AwsError AccessDeniedException, and what the queues throw */
  send(queueArn: string, body: string, sender: Sender, attributes?: Readonly<Record<string, string>>): void {
    const [send, ...keyUse] = queueAccess('SendMessage', queueArn, this.iam.place);
    if ('functionArn' in sender) {
      for (const access of [send, ...keyUse]) if (access) this.iam.require(this.iam.callerFor(sender.functionArn), access);
    } else if (send) {
      // What a service may do with a key is in the key's policy, which is not read here.
      this.iam.require({ kind: 'service', service: sender.service }, { ...send, context: { 'aws:SourceArn': sender.sourceArn } });
    }
    this.queues.send(queueArn, body, sender, attributes);
  }

  messages(queueArn: string): readonly QueueMessage[] {
    return this.queues.messages(queueArn);
  }
}
