import { resourceRule } from '../rule';
import { ofType } from '../terraform/terraform-model';

const BLOCKS = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'] as const;

export const bucketPublicAccess = resourceRule({
  id: 'bucket-public-access',
  publicIds: ['CKV2_AWS_6', 'CKV_AWS_53', 'CKV_AWS_54', 'CKV_AWS_55', 'CKV_AWS_56'],
  sentence: 'No policy and no ACL can make a bucket public, by mistake or on purpose.',
  remedy: 'Add an aws_s3_bucket_public_access_block with all four settings true.',
  types: ['aws_s3_bucket'],
  check: (bucket, { model }) => {
    const block = ofType(model, 'aws_s3_bucket_public_access_block').find((candidate) =>
      bucket.isMeantBy(candidate.optionalText('bucket')),
    );
    if (!block) return ['the bucket has no aws_s3_bucket_public_access_block'];
    return BLOCKS.filter((setting) => !block.flag(setting)).map((setting) => `${setting} is not true`);
  },
});
