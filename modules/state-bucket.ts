import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import { PrivateBucket } from './private-bucket';

/** How long an older state can be restored, in days. */
const OLD_VERSIONS_DAYS = 90;
const ABANDONED_UPLOADS_DAYS = 7;

/** The bucket of the Terraform state: versioned, encrypted, closed to the public, and protected from destruction. */
export class StateBucket extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    const { name: bucket } = new PrivateBucket(this, 'Default', {
      bucket: name,
      // The account's `aws/s3` key records who read the state and needs no grants.
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
      // Rules about older versions require versioning.
      dependsOn: [versioning],
    });
    this.name = bucket;
  }
}
