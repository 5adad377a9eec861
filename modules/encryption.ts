import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { CustomerKey } from './customer-key';
import { allow, type Statement } from './policy';

/**
 * What a service asks of the key in the name of whoever calls it, for all of its actions or for one. DynamoDB decrypts the table's
 * key, SQS makes a data key for a message, SNS for a notification and S3 for an object, which it decrypts for who reads it, SSM
 * decrypts the parameter; the environment of a function comes with a grant that Lambda makes by itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 */
const KEY_USE: Readonly<Record<string, readonly string[]>> = {
  dynamodb: ['kms:Decrypt'],
  's3:GetObject': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  sns: ['kms:GenerateDataKey', 'kms:Decrypt'],
  sqs: ['kms:GenerateDataKey', 'kms:Decrypt'],
  ssm: ['kms:Decrypt'],
};

/**
 * How data at rest is encrypted: with keys that AWS owns, or with one key of the environment's own. Each kind of resource
 * takes its own arguments from here, so that no other file knows which it is.
 */
export class Encryption extends Construct {
  private readonly key: CustomerKey | undefined;
  private readonly region: string;

  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    this.region = environment.region;
    this.key = environment.customerKey ? new CustomerKey(this, 'Default', environment) : undefined;
  }

  /** For `aws_dynamodb_table`, which is always encrypted: this says by whose key. */
  ofTable() {
    return this.key && { serverSideEncryption: { enabled: true, kmsKeyArn: this.key.arn } };
  }

  /** For `aws_sqs_queue`. */
  ofQueue() {
    return this.key ? { kmsMasterKeyId: this.key.arn } : { sqsManagedSseEnabled: true };
  }

  /** For a rule of `aws_s3_bucket_server_side_encryption_configuration`. */
  ofBucket() {
    return this.key
      ? {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: this.key.arn },
          // One key of the bucket for many objects: KMS is asked, and paid, less often.
          bucketKeyEnabled: true,
        }
      : { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } };
  }

  /** For `aws_sns_topic`. Without a key of ours it has none: AWS's own does not let CloudWatch in, whose alarms would be lost. */
  ofTopic() {
    return this.key && { kmsMasterKeyId: this.key.arn };
  }

  /** For `aws_cloudwatch_log_group`. */
  ofLogs() {
    return this.key && { kmsKeyId: this.key.arn };
  }

  /** For `aws_lambda_function`: its environment block. */
  ofFunction() {
    return this.key && { kmsKeyArn: this.key.arn };
  }

  /** For `aws_ssm_parameter`; without a key of our own it is `alias/aws/ssm`, which serves whoever may read the parameter. */
  ofParameter() {
    return this.key && { keyId: this.key.arn };
  }

  /** The rights on the key that these rights on encrypted resources take: through the resource's own service, and no other. */
  rightsBeside(rights: readonly Statement[]): Statement[] {
    if (!this.key) return [];
    const { arn } = this.key;
    const uses = new Map<string, Set<string>>();
    for (const action of rights.flatMap(({ Action }) => Action)) {
      const [service = ''] = action.split(':');
      for (const use of KEY_USE[action] ?? KEY_USE[service] ?? []) uses.set(service, (uses.get(service) ?? new Set()).add(use));
    }
    return [...uses].map(([service, actions]) => ({
      ...allow([...actions], arn),
      Condition: { StringEquals: { 'kms:ViaService': `${service}.${this.region}.amazonaws.com` } },
    }));
  }
}
