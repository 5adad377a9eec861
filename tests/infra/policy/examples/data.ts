import { deniesPlainHttp, only, together, type Example } from './example';

const table = (values: Record<string, unknown>, name?: string) =>
  only('aws_dynamodb_table', { name: 'it', hash_key: 'id', attribute: [{ name: 'id', type: 'S' }], ...values }, name);

const bucket = only('aws_s3_bucket', { bucket: 'it' });
const publicAccess = (restrict: boolean) =>
  only('aws_s3_bucket_public_access_block', {
    bucket: '${aws_s3_bucket.it.id}',
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: restrict,
  });

const queue = only('aws_sqs_queue', { name: 'it', sqs_managed_sse_enabled: true });

export const data: Record<string, Example> = {
  'table-recovery': {
    holds: table({ point_in_time_recovery: { enabled: true } }, 'tunnels'),
    violated: table({ point_in_time_recovery: { enabled: true } }, 'pending-requests'),
    problem:
      "point_in_time_recovery.enabled must be false: the table holds visitors' bodies for some seconds; recovery would keep the bodies for 35 days",
  },
  'table-expiry': {
    holds: table({ ttl: { enabled: true, attribute_name: 'expiresAt' } }, 'pending-requests'),
    violated: table({ ttl: { enabled: false } }, 'pending-requests'),
    problem:
      "rows expire by no attribute, but must expire by expiresAt: the table holds visitors' bodies for some seconds; recovery would keep the bodies for 35 days",
  },
  'table-deletion-protection': {
    holds: table({ deletion_protection_enabled: true }, 'tunnels'),
    violated: table({ deletion_protection_enabled: false }, 'tunnels'),
    problem: 'deletion_protection_enabled is not true',
  },
  'customer-managed-keys': {
    holds: table({
      server_side_encryption: { enabled: true, kms_key_arn: 'arn:aws:kms:us-east-1:111122223333:key/it' },
    }),
    violated: table({ server_side_encryption: { enabled: true } }),
    problem: 'server_side_encryption.kms_key_arn is not set',
  },
  'kms-key-rotation': {
    holds: only('aws_kms_key', { enable_key_rotation: true }),
    violated: only('aws_kms_key', { description: 'it' }),
    problem: 'enable_key_rotation is not true',
  },
  'bucket-public-access': {
    holds: together(bucket, publicAccess(true)),
    violated: together(bucket, publicAccess(false)),
    problem: 'restrict_public_buckets is not true',
  },
  'bucket-tls-only': {
    holds: together(bucket, only('aws_s3_bucket_policy', { bucket: '${aws_s3_bucket.it.bucket}', policy: deniesPlainHttp('s3:*') })),
    violated: bucket,
    problem: 'no policy denies calls without TLS',
  },
  'queue-tls-only': {
    holds: together(
      queue,
      only('aws_sqs_queue_policy', {
        queue_url: '${aws_sqs_queue.it.url}',
        policy: deniesPlainHttp('sqs:*'),
      }),
    ),
    violated: queue,
    problem: 'no policy denies calls without TLS',
  },
  'queue-encrypted': {
    holds: queue,
    violated: only('aws_sqs_queue', { name: 'it', sqs_managed_sse_enabled: false }),
    problem: 'neither sqs_managed_sse_enabled nor kms_master_key_id is set',
  },
};
