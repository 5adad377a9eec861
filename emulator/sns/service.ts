import type { CloudService } from '../cloud-service';
import type { Iam } from '../iam/iam';
import { attachedPolicies, ownPolicies } from '../iam/read-policies';
import { encryptionKeysOf } from '../kms/read-encryption-key';
import type { CloudSpec } from '../specs';
import type { AttributeSource } from '../terraform/computed-attributes';
import { GuardedTopics } from './guarded-topics';
import { LocalTopics } from './local-topics';
import { readTopics } from './read-topics';

export interface SnsOffers {
  readonly topics: LocalTopics;
  /** The topics for other services, with a check that the publisher may publish. */
  readonly guardedTopics: GuardedTopics;
}

const arnOf = ({ arn, own }: AttributeSource): string => arn('sns', own('name'));

export const sns: CloudService<Pick<CloudSpec, 'topics'>, { readonly iam: Iam }, SnsOffers> = {
  attributes: { aws_sns_topic: { arn: arnOf, id: arnOf } },
  read: (reader) => ({ topics: readTopics(reader) }),
  readPolicies: (reader) => [
    ...ownPolicies(reader, 'aws_sns_topic'),
    ...attachedPolicies(reader, 'aws_sns_topic_policy', { by: 'arn', of: 'aws_sns_topic', attribute: 'arn', noun: 'topic' }),
  ],
  readKeys: (reader) => encryptionKeysOf(reader, 'aws_sns_topic', 'kms_master_key_id'),
  start: ({ spec, iam }) => {
    const topics = new LocalTopics(spec.topics);
    return { topics, guardedTopics: new GuardedTopics(topics, iam, spec.topics) };
  },
};
