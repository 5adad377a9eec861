import type { TopicSpec } from '../specs';
import type { ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** Subscription protocols that call another service, which is not emulated. The other protocols only notify people. */
const STARTING = ['lambda', 'sqs', 'firehose'];

export function readTopics(reader: ResourceReader): TopicSpec[] {
  for (const subscription of reader.all('aws_sns_topic_subscription')) {
    const protocol = subscription.text('protocol');
    if (STARTING.includes(protocol))
      throw new TerraformError(
        `${subscription.address}.protocol is ${protocol}: the local cloud supports only protocols that notify people, such as email`,
      );
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
