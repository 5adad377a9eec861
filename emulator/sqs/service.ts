import type { CloudService } from '../cloud-service';
import type { Iam } from '../iam/iam';
import { attachedPolicies, ownPolicies } from '../iam/read-policies';
import { encryptionKeysOf } from '../kms/read-encryption-key';
import type { CloudSpec } from '../specs';
import type { AttributeSource } from '../terraform/computed-attributes';
import { GuardedQueues } from './guarded-queues';
import { LocalQueues } from './local-queues';
import { readQueues } from './read-queues';
import { sqsAccess } from './sqs-access';

export interface SqsOffers {
  readonly queues: LocalQueues;
  /** The queues for other services, with a check that the sender may send. */
  readonly guardedQueues: GuardedQueues;
}

const url = ({ region, accountId, own }: AttributeSource): string => `https://sqs.${region}.amazonaws.com/${accountId}/${own('name')}`;

export const sqs: CloudService<Pick<CloudSpec, 'queues'>, { readonly iam: Iam }, SqsOffers> = {
  attributes: { aws_sqs_queue: { arn: ({ arn, own }) => arn('sqs', own('name')), url, id: url } },
  access: { sqs: sqsAccess },
  read: (reader) => ({ queues: readQueues(reader) }),
  readPolicies: (reader) => [
    ...ownPolicies(reader, 'aws_sqs_queue'),
    ...attachedPolicies(reader, 'aws_sqs_queue_policy', { by: 'queue_url', of: 'aws_sqs_queue', attribute: 'url', noun: 'queue' }),
  ],
  readKeys: (reader) => encryptionKeysOf(reader, 'aws_sqs_queue', 'kms_master_key_id'),
  start: ({ spec, iam }) => {
    const queues = new LocalQueues(spec.queues);
    return { queues, guardedQueues: new GuardedQueues(queues, iam) };
  },
  api: ({ queues }) => ({ sqs: queues.service }),
};
