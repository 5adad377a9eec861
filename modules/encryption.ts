import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { CustomerKey } from './customer-key';
import { allow, type AllowStatement } from './policy';

/**
 * The KMS actions that a service calls with the rights of its caller, for all actions of the service or for one action. DynamoDB
 * decrypts the table's key. SQS and SNS generate a data key for each message. S3 generates a data key when it writes an object and
 * decrypts the key when it reads the object. SSM decrypts the parameter. A function's environment needs no right on the key, because
 * Lambda creates a grant.
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
 * How data at rest is encrypted: with keys of AWS, or with the environment's own key. Each kind of resource gets its arguments
 * from this class, so no other file has to know which key is in use.
 */
export class Encryption extends Construct {
  private readonly key: CustomerKey | undefined;
  private readonly region: string;

  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    this.region = environment.region;
    this.key = environment.customerKey ? new CustomerKey(this, 'Default', environment) : undefined;
  }

  /** For `aws_dynamodb_table`. A table is always encrypted; these arguments select the key. */
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
          // S3 uses one bucket key for many objects, so it calls KMS less often and costs less.
          bucketKeyEnabled: true,
        }
      : { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } };
  }

  /** For `aws_sns_topic`. Without its own key the topic uses none: AWS's key refuses CloudWatch, so alarms would be lost. */
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

  /** For `aws_ssm_parameter`. Without the environment's own key SSM uses `alias/aws/ssm`, which all readers of the parameter may use. */
  ofParameter() {
    return this.key && { keyId: this.key.arn };
  }

  /** The rights on the key that these rights on encrypted resources need. The key may only be used through the resource's service. */
  rightsBeside(rights: readonly AllowStatement[]): AllowStatement[] {
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
