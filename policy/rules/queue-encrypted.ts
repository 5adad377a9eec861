import { resourceRule, unless } from '../rule';

export const queueEncrypted = resourceRule({
  id: 'queue-encrypted',
  publicIds: ['CKV_AWS_27'],
  sentence: "Messages in a queue are encrypted at rest: dead letters contain ids of visitors' requests.",
  remedy: 'Set sqs_managed_sse_enabled to true, or kms_master_key_id.',
  types: ['aws_sqs_queue'],
  check: (queue) =>
    unless(
      queue.flag('sqs_managed_sse_enabled') || queue.has('kms_master_key_id'),
      'neither sqs_managed_sse_enabled nor kms_master_key_id is set',
    ),
});
