import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import { PrivateBucket } from './private-bucket';

/** How long an older state can be brought back, in days. */
const OLD_VERSIONS_DAYS = 90;
const ABANDONED_UPLOADS_DAYS = 7;

/** Where Terraform keeps its state: every version of it, encrypted, for nobody outside the account, and not to be destroyed. */
export class StateBucket extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    const { name: bucket } = new PrivateBucket(this, 'Default', {
      bucket: name,
      // With the account's `aws/s3` key, which leaves a trail of who read the state and takes no grants.
      encryption: { applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' }, bucketKeyEnabled: true },
      lifecycle: { preventDestroy: true },
    });
    const versioning = new S3BucketVersioningA(this, 'versioning', {
      bucket,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket,
      rule: [
        {
          id: 'forget-old-versions',
          status: 'Enabled',
          filter: [{}],
          noncurrentVersionExpiration: [{ noncurrentDays: OLD_VERSIONS_DAYS }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_UPLOADS_DAYS }],
        },
      ],
      // Rules about older versions want versioning to be on.
      dependsOn: [versioning],
    });
    this.name = bucket;
  }
}
