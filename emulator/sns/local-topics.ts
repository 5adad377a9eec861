/** The stack's topics. No message is sent to subscribers: the topics keep the messages for observers. */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { AwsError } from '../services';
import type { Sender, TopicMessage, Topics } from '../services';
import type { TopicSpec } from '../specs';

/** Greatest number of messages of a topic; the oldest messages are dropped. */
const MAX_MESSAGES = 1000;
/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_MESSAGE_BYTES = 256 * 1024;

export class LocalTopics implements Topics {
  readonly events = new EventEmitter<{ message: [{ readonly topicArn: string } & TopicMessage] }>();
  private readonly kept: ReadonlyMap<string, TopicMessage[]>;

  constructor(specs: readonly TopicSpec[]) {
    this.kept = new Map(specs.map(({ arn }) => [arn, []]));
  }

  /** @throws AwsError NotFoundException for a topic that the stack does not have, InvalidParameterException above 256 KB */
  publish(topicArn: string, { subject, body }: { readonly subject?: string; readonly body: string }, _publisher: Sender): void {
    const messages = this.at(topicArn);
    if (Buffer.byteLength(body) > MAX_MESSAGE_BYTES)
      throw new AwsError(400, 'InvalidParameterException', 'Invalid parameter: Message too long');
    const message = { messageId: randomUUID(), ...(subject !== undefined && { subject }), body, publishedAt: Date.now() };
    messages.push(message);
    if (messages.length > MAX_MESSAGES) messages.shift();
    this.events.emit('message', { topicArn, ...message });
  }

  /** Oldest first. @throws AwsError NotFoundException */
  messages(topicArn: string): readonly TopicMessage[] {
    return [...this.at(topicArn)];
  }

  private at(topicArn: string): TopicMessage[] {
    const found = this.kept.get(topicArn);
    if (found) return found;
    const known = [...this.kept.keys()].join(', ') || 'none';
    throw new AwsError(404, 'NotFoundException', `There is no topic ${topicArn}; the stack has ${known}`);
  }
}
