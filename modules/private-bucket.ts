import { S3Bucket, type S3BucketConfig } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import {
  S3BucketServerSideEncryptionConfigurationA,
  type S3BucketServerSideEncryptionConfigurationRuleA,
} from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { Construct } from 'constructs';
import { policyDocument, tlsOnly } from './policy';

export interface PrivateBucketProps extends Pick<S3BucketConfig, 'bucket' | 'forceDestroy' | 'lifecycle'> {
  readonly encryption: S3BucketServerSideEncryptionConfigurationRuleA;
}

/** An encrypted bucket that blocks public access, requires TLS and ignores ACLs. */
export class PrivateBucket extends Construct {
  readonly name: string;
  readonly arn: string;

  constructor(scope: Construct, id: string, { encryption, ...config }: PrivateBucketProps) {
    super(scope, id);
    const { bucket, arn } = new S3Bucket(this, 'Default', config);
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', { bucket, rule: [encryption] });
    new S3BucketOwnershipControls(this, 'ownership', {
      bucket,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketPolicy(this, 'policy', {
      bucket,
      policy: policyDocument([tlsOnly('s3:*', arn, `${arn}/*`)]),
    });
    this.name = bucket;
    this.arn = arn;
  }
}
