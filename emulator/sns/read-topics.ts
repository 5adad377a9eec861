import type { TopicSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** Protocols of subscriptions that start something, which is not emulated. The other protocols only notify people. */
const STARTING = ['lambda', 'sqs', 'firehose'];

export function readTopics(reader: ResourceReader): TopicSpec[] {
  for (const subscription of reader.all('aws_sns_topic_subscription')) {
    const protocol = subscription.text('protocol');
    if (STARTING.includes(protocol))
      throw new TerraformError(`${subscription.address}.protocol is ${protocol}: topics of the local cloud tell people only`);
  }
  return reader.all('aws_sns_topic').map((block) => {
    const kmsKey = block.optionalText('kms_master_key_id');
    return {
      address: block.address,
      name: block.text('name'),
      arn: reader.computed(block, 'arn'),
      ...(kmsKey !== undefined && { kmsKey }),
    };
  });
}
