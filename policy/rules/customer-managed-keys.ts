import { resourceRule, unless } from '../rule';

/** The attribute in which each type names its key. */
const KEY_ATTRIBUTE = {
  aws_dynamodb_table: 'server_side_encryption.kms_key_arn',
  aws_cloudwatch_log_group: 'kms_key_id',
  aws_sqs_queue: 'kms_master_key_id',
  aws_sns_topic: 'kms_master_key_id',
  aws_lambda_function: 'kms_key_arn',
  aws_ssm_parameter: 'key_id',
  aws_cloudwatch_event_bus: 'kms_key_identifier',
  aws_s3_bucket_server_side_encryption_configuration: 'rule.apply_server_side_encryption_by_default.kms_master_key_id',
} as const;

export const customerManagedKeys = resourceRule({
  id: 'customer-managed-keys',
  publicIds: ['CKV_AWS_119', 'CKV_AWS_145', 'CKV_AWS_158', 'CKV_AWS_173', 'CKV_AWS_337'],
  sentence: 'If the environment requires it, data at rest is encrypted with our own key, so that we can see and stop every use of the key.',
  remedy: "Set the environment's KMS key on the resource, and give the roles that read the resource the right to use the key.",
  types: Object.keys(KEY_ATTRIBUTE),
  check: (resource, { expectations }) => {
    const attribute = KEY_ATTRIBUTE[resource.type as keyof typeof KEY_ATTRIBUTE];
    const key = resource.optionalText(attribute);
    return unless(!expectations.customerManagedKeys || (key !== undefined && !key.startsWith('alias/aws/')), `${attribute} is not set`);
  },
});
