import type { QueueSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';

export function readQueues(reader: ResourceReader): QueueSpec[] {
  return reader.all('aws_sqs_queue').map((block) => ({
    address: block.address,
    name: block.text('name'),
    arn: reader.computed(block, 'arn'),
    url: reader.computed(block, 'url'),
  }));
}
