import { resourceRule, unless } from '../rule';

export const logRetention = resourceRule({
  id: 'log-retention',
  publicIds: ['CKV_AWS_66'],
  sentence: 'Logs are deleted after a set time: without a retention, AWS keeps and bills the logs for ever.',
  remedy: 'Set retention_in_days (logRetentionDays in the environment).',
  types: ['aws_cloudwatch_log_group'],
  // In Terraform 0 means that logs are kept for ever.
  check: (group) => unless((group.optionalNumber('retention_in_days') ?? 0) > 0, 'retention_in_days is not set'),
});
