import type { Environment } from '../environments';
import { BODY_KINDS } from './body-bucket';
import { bodyBucketName } from './body-bucket-name';
import type { PipelineRights } from './pipeline-rights';

/** Rights to create the body bucket and to empty the bucket before it is destroyed, but no right to read bodies. */
export function bucketRights(environment: Environment): readonly PipelineRights[] {
  const bucket = `arn:aws:s3:::${bodyBucketName(environment)}`;
  return [
    {
      types: [
        'aws_s3_bucket',
        'aws_s3_bucket_lifecycle_configuration',
        'aws_s3_bucket_ownership_controls',
        'aws_s3_bucket_policy',
        'aws_s3_bucket_public_access_block',
        'aws_s3_bucket_server_side_encryption_configuration',
      ],
      service: 's3',
      actions: [
        'CreateBucket',
        'DeleteBucket',
        'ListBucket',
        // When Terraform's provider reads a bucket, it reads all settings that a bucket can have.
        'GetAccelerateConfiguration',
        'GetBucketAcl',
        'GetBucketCORS',
        'GetBucketLogging',
        'GetBucketObjectLockConfiguration',
        'GetBucketOwnershipControls',
        'GetBucketPolicy',
        'GetBucketPublicAccessBlock',
        'GetBucketRequestPayment',
        'GetBucketTagging',
        'GetBucketVersioning',
        'GetBucketWebsite',
        'GetEncryptionConfiguration',
        'GetLifecycleConfiguration',
        'GetReplicationConfiguration',
        'PutBucketOwnershipControls',
        'PutBucketPolicy',
        'PutBucketPublicAccessBlock',
        'PutBucketTagging',
        'PutEncryptionConfiguration',
        'PutLifecycleConfiguration',
        'DeleteBucketPolicy',
        // `forceDestroy` lists and deletes all versions first.
        'ListBucketVersions',
      ],
      resources: [bucket],
    },
    {
      types: ['aws_s3_bucket'],
      service: 's3',
      actions: ['DeleteObject', 'DeleteObjectVersion'],
      resources: BODY_KINDS.map((kind) => `${bucket}/${kind}/*`),
    },
  ];
}
