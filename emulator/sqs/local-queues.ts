/** The stack's queues, with the SQS API and with a method for the local cloud's own dead letters. */
import { AwsError } from '../services';
import type { ServiceApi, QueueMessage, Queues, Sender } from '../services';
import type { QueueSpec } from '../specs';
import { Queue } from './queue';
import { sqsService } from './sqs-service';

export class LocalQueues implements Queues {
  readonly queues: readonly { readonly spec: QueueSpec; readonly queue: Queue }[];
  readonly service: ServiceApi;

  /** @param clock the current time in ms since the epoch */
  constructor(specs: readonly QueueSpec[], clock: () => number = Date.now) {
    this.queues = specs.map((spec) => ({ spec, queue: new Queue(clock) }));
    this.service = sqsService(this.queues);
  }

  /** @throws AwsError QueueDoesNotExist for a queue that the stack does not have */
  send(queueArn: string, body: string, _sender: Sender, attributes: Readonly<Record<string, string>> = {}): void {
    this.at(queueArn).send(body, attributes);
  }

  /** @throws AwsError QueueDoesNotExist, like `send` */
  messages(queueArn: string): readonly QueueMessage[] {
    return this.at(queueArn).messages();
  }

  private at(queueArn: string): Queue {
    const found = this.queues.find(({ spec }) => spec.arn === queueArn);
    if (found) return found.queue;
    const known = this.queues.map(({ spec }) => spec.arn).join(', ') || 'none';
    throw new AwsError(400, 'QueueDoesNotExist', `There is no queue ${queueArn}; the stack has ${known}`);
  }
}
