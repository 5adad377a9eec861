import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Construct } from 'constructs';
import type { Environment } from '../environments';
import { ACCESS_LOG_PREFIX, namePrefix, physicalName } from '../environments/physical-name';
import { namingDeployRole } from './ci-key-rights';
import { policyDocument } from './policy';

/**
 * Days that KMS waits before it deletes a key. The longest wait leaves time to notice a mistake
 * (https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html).
 */
const DELETION_WINDOW_DAYS = 30;

/**
 * The environment's own key. The account's owner can see each use of the key and can disable the key for everybody at once. KMS
 * rotates the key every year. If the key is deleted, all data that it encrypted is lost.
 */
export class CustomerKey extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    const name = physicalName('key alias', environment.name, 'data');
    const key = new KmsKey(this, 'Default', {
      description: `Data of http-tunnel ${environment.name}: tables, bodies, queues, notifications, logs, the token key, settings of functions`,
      enableKeyRotation: true,
      deletionWindowInDays: DELETION_WINDOW_DAYS,
      policy: keyPolicy(environment),
      lifecycle: { preventDestroy: environment.deletionProtection },
    });
    new KmsAlias(this, 'alias', { name: `alias/${name}`, targetKeyId: key.keyId });
    this.arn = key.arn;
  }
}

/**
 * The key's policy. The first statement lets roles get their rights from their own policies. The services in the last statements
 * act without a role. In a key's policy the resource `*` is the key itself.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function keyPolicy(environment: Environment): string {
  const { name, accountId, region } = environment;
  const prefix = namePrefix(name);
  /** Lets a service use the key for those of its resources whose names match `resource`. */
  const usedFor = (Sid: string, service: string, Action: readonly string[], resource: string): object => ({
    Sid,
    Effect: 'Allow',
    Principal: { Service: `${service}.amazonaws.com` },
    Action,
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:SourceAccount': accountId },
      ArnLike: { 'aws:SourceArn': `arn:aws:${service}:${region}:${accountId}:${resource}` },
    },
  });
  return policyDocument([
    {
      Sid: 'TheAccountByItsPolicies',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
    ...namingDeployRole(environment),
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    {
      Sid: 'LogGroupsOfThisEnvironment',
      Effect: 'Allow',
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      Resource: '*',
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': ['/aws/lambda/', ACCESS_LOG_PREFIX].map(
            (group) => `arn:aws:logs:${region}:${accountId}:log-group:${group}${prefix}*`,
          ),
        },
      },
    },
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    usedFor('DeadLettersOfThisEnvironmentsRules', 'events', ['kms:GenerateDataKey', 'kms:Decrypt'], `rule/${prefix}*`),
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    usedFor('NotificationsOfThisEnvironmentsAlarms', 'cloudwatch', ['kms:GenerateDataKey*', 'kms:Decrypt'], `alarm:${prefix}*`),
  ]);
}
