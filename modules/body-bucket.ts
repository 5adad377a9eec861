import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { Construct } from 'constructs';
import { bodyBucketName } from './body-bucket-name';
import { allow, type Statement } from './policy';
import { PrivateBucket } from './private-bucket';
import type { StackContext } from './stack-context';

/** The shortest that a lifecycle knows (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html). */
const LAST_NET_DAYS = 1;

/** What keys begin with. */
export const BODY_KINDS = ['requests', 'responses'] as const;
type BodyKind = (typeof BODY_KINDS)[number];

/**
 * Bodies that no message and no row can hold, for the seconds in which their request is under way: `requests/<requestId>` and
 * `responses/<requestId>/<sha256>`. Whoever is done with one deletes it, sweep what was left; the lifecycle is only the last net.
 * No versions: they would keep what was deleted.
 */
export class BodyBucket extends Construct {
  readonly name: string;
  private readonly arn: string;

  constructor(scope: Construct, id: string, { environment, encryption }: StackContext) {
    super(scope, id);
    const { name, arn } = new PrivateBucket(this, 'Default', {
      bucket: bodyBucketName(environment),
      encryption: encryption.ofBucket(),
      // Bodies that are under way are no reason to keep a bucket that may go.
      forceDestroy: !environment.deletionProtection,
      lifecycle: { preventDestroy: environment.deletionProtection },
    });
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket: name,
      rule: [
        {
          id: 'forget-bodies',
          status: 'Enabled',
          filter: [{}],
          expiration: [{ days: LAST_NET_DAYS }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: LAST_NET_DAYS }],
        },
      ],
    });
    this.name = name;
    this.arn = arn;
  }

  /**
   * @param kind of bodies
   * @param operations S3's names of them, `PutObject` …
   */
  allow(kind: BodyKind, ...operations: string[]): Statement {
    return allow(
      operations.map((operation) => `s3:${operation}`),
      `${this.arn}/${kind}/*`,
    );
  }

  /** What finding and deleting bodies of either kind takes. */
  allowSweeping(): readonly Statement[] {
    return [allow(['s3:ListBucket'], this.arn), ...BODY_KINDS.map((kind) => this.allow(kind, 'DeleteObject'))];
  }
}
