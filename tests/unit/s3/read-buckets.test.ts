import type { Attributes } from '../../../emulator/terraform/stack';
import { specOf } from '../../support/spec-of';

const BUCKET = { 'aws_s3_bucket.b': { bucket: 'bodies' } };
const withRules = (...rule: object[]): Record<string, Attributes> => ({
  ...BUCKET,
  'aws_s3_bucket_lifecycle_configuration.l': { bucket: '${aws_s3_bucket.b.bucket}', rule },
});
const ON = { id: 'r', status: 'Enabled', filter: [{}] };

test('a bucket has the expirations in days of its enabled lifecycle rules', () => {
  const rules = [
    { ...ON, expiration: [{ days: 1 }], abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }] },
    { ...ON, id: 'some', filter: [{ prefix: 'old/' }], expiration: [{ days: 3 }] },
    { ...ON, id: 'off', status: 'Disabled', expiration: [{ days: 2 }] },
    { ...ON, id: 'parts', abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }] },
  ];
  expect(specOf(withRules(...rules)).buckets).toEqual([
    {
      address: 'aws_s3_bucket.b',
      name: 'bodies',
      arn: 'arn:aws:s3:::bodies',
      expirations: [
        { ruleId: 'r', prefix: '', days: 1 },
        { ruleId: 'some', prefix: 'old/', days: 3 },
      ],
    },
  ]);
});

test('a bucket without a lifecycle configuration keeps all objects', () => {
  expect(specOf(BUCKET).buckets).toMatchObject([{ name: 'bodies', expirations: [] }]);
});

test('a bucket policy and the default encryption key are read for the ARN of the bucket', () => {
  const { resourcePolicies, encryptionKeys } = specOf({
    ...BUCKET,
    'aws_kms_key.data': {},
    'aws_s3_bucket_policy.p': { bucket: 'bodies', policy: '{}' },
    'aws_s3_bucket_server_side_encryption_configuration.e': {
      bucket: 'bodies',
      rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms', kms_master_key_id: '${aws_kms_key.data.arn}' } }],
    },
  });
  expect(resourcePolicies).toMatchObject([{ resourceArn: 'arn:aws:s3:::bodies' }]);
  expect(encryptionKeys).toEqual({ 'arn:aws:s3:::bodies': expect.stringContaining(':key/') as string });
});

test.each([
  ['a rule by date', { ...ON, expiration: [{ date: '2027-01-01' }] }, 'has an expiration without days'],
  ['a rule by tag', { ...ON, filter: [{ tag: { key: 'a', value: 'b' } }], expiration: [{ days: 1 }] }, 'filters by tag'],
  ['a rule that moves objects', { ...ON, transition: [{ days: 1 }] }, 'has transition'],
])('a lifecycle configuration with %s stops the boot with an error that names its address', (_what, rule, problem) => {
  expect(() => specOf(withRules(rule))).toThrow(`aws_s3_bucket_lifecycle_configuration.l.rule ${problem}`);
});
