import type { CloudService } from '../cloud-service';
import type { Iam } from '../iam/iam';
import { attachedPolicies, attachedTo } from '../iam/read-policies';
import { encryptionKey } from '../kms/read-encryption-key';
import type { CloudSpec } from '../specs';
import { LocalBuckets } from './local-buckets';
import { readBuckets } from './read-buckets';
import { s3Access } from './s3-access';

const BUCKET = { by: 'bucket', of: 'aws_s3_bucket', attribute: 'bucket', noun: 'bucket' };

export const s3: CloudService<Pick<CloudSpec, 'buckets'>, { readonly iam: Iam }, { readonly buckets: LocalBuckets }> = {
  attributes: { aws_s3_bucket: { arn: ({ own }) => `arn:aws:s3:::${own('bucket')}`, id: ({ own }) => own('bucket') } },
  withoutEffect: {
    aws_s3_bucket_ownership_controls: 'controls ACLs and objects of other accounts: the local cloud has neither of these',
    aws_s3_bucket_public_access_block: 'refuses calls without a signature: the local cloud always refuses such calls',
  },
  access: { s3: s3Access },
  read: (reader) => ({ buckets: readBuckets(reader) }),
  readPolicies: (reader) => attachedPolicies(reader, 'aws_s3_bucket_policy', BUCKET),
  readKeys: (reader) =>
    reader.all('aws_s3_bucket_server_side_encryption_configuration').flatMap((block) => {
      const rule = block.block('rule')?.block('apply_server_side_encryption_by_default');
      const encrypted = attachedTo(reader, block, BUCKET);
      return encryptionKey(reader, { block, attribute: 'rule', key: rule?.optionalText('kms_master_key_id'), encrypted });
    }),
  start: ({ spec, iam }) => ({
    buckets: new LocalBuckets(spec.buckets, {
      listingRefusal: (call, resource) => iam.refusal(call, { action: 's3:ListBucket', resource }),
    }),
  }),
  api: ({ buckets }) => ({ s3: buckets.service }),
};
