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
  sentence:
    'Where an environment asks for it, data at rest is under a key of ours, so that its use is logged and can be ended without AWS.',
  remedy: "Give the resource the environment's KMS key, and the roles that read it a grant.",
  types: Object.keys(KEY_ATTRIBUTE),
  check: (resource, { expectations }) => {
    const attribute = KEY_ATTRIBUTE[resource.type as keyof typeof KEY_ATTRIBUTE];
    const key = resource.text(attribute);
    return unless(!expectations.customerManagedKeys || (key !== undefined && !key.startsWith('alias/aws/')), `${attribute} is not set`);
  },
});
