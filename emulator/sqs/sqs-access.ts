/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html */
import type { AwsCall } from '../services';
import type { Access } from '../iam/evaluate';
import { keyAccess } from '../kms/key-access';
import type { Place } from '../iam/place';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
const KEY_USE: Readonly<Record<string, readonly string[]>> = {
  SendMessage: ['GenerateDataKey', 'Decrypt'],
  ReceiveMessage: ['Decrypt'],
};

/** A batch operation needs the action of the single operation. */
export function sqsAccess({ operation, input }: Pick<AwsCall, 'operation' | 'input'>, place: Place): Access[] {
  const name = operation.replace(/Batch$/, '');
  const { QueueUrl: url, QueueName } = input;
  const queue = typeof url === 'string' ? url.split('/').at(-1) : QueueName;
  if (typeof queue !== 'string') return [{ action: `sqs:${name}`, resource: '*' }];
  return queueAccess(name, place.arn('sqs', queue), place);
}

/** The rights for an operation on a queue, such as `SendMessage`. */
export const queueAccess = (operation: string, queueArn: string, place: Place): Access[] => [
  { action: `sqs:${operation}`, resource: queueArn },
  ...keyAccess(queueArn, place, ...(KEY_USE[operation] ?? [])),
];
