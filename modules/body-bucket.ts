import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { Construct } from 'constructs';
import { bodyBucketName } from './body-bucket-name';
import { allow, type AllowStatement } from './policy';
import { PrivateBucket } from './private-bucket';
import type { StackContext } from './stack-context';

/** The shortest expiry of a lifecycle rule (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html). */
const LAST_NET_DAYS = 1;

/** The prefixes of keys. */
export const BODY_KINDS = ['requests', 'responses'] as const;
type BodyKind = (typeof BODY_KINDS)[number];

/**
 * Holds bodies that are too large for a message or a row, for the seconds while their request is in flight. Keys are
 * `requests/<requestId>` and `responses/<requestId>/<sha256>`. forward-request deletes a body after use, and sweep deletes leftovers; the
 * lifecycle rule is only a fallback. Versioning is off, because versions would keep deleted bodies.
 */
export class BodyBucket extends Construct {
  readonly name: string;
  private readonly arn: string;

  constructor(scope: Construct, id: string, { environment, encryption }: StackContext) {
    super(scope, id);
    const { name, arn } = new PrivateBucket(this, 'Default', {
      bucket: bodyBucketName(environment),
      encryption: encryption.ofBucket(),
      // Bodies of requests in flight do not block the deletion of an unprotected bucket.
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
   * @param kind kind of the bodies
   * @param operations names of S3 operations, such as `PutObject`
   */
  allow(kind: BodyKind, ...operations: string[]): AllowStatement {
    return allow(
      operations.map((operation) => `s3:${operation}`),
      `${this.arn}/${kind}/*`,
    );
  }

  /** The rights to find and delete bodies of both kinds. */
  allowSweeping(): readonly AllowStatement[] {
    return [allow(['s3:ListBucket'], this.arn), ...BODY_KINDS.map((kind) => this.allow(kind, 'DeleteObject'))];
  }
}
