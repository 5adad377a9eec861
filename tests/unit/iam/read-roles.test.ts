import type { Attributes } from '../../../emulator/terraform/stack';
import { specOf } from '../../support/spec-of';

const policy = (action: string, resource: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });
const ROLE = { name: 'sweep', assume_role_policy: policy('sts:AssumeRole', '*') };
const KEY = { 'aws_kms_key.data': { enable_key_rotation: true } };
const KEY_ARN: unknown = expect.stringMatching(/^arn:aws:kms:eu-central-1:000000000000:key\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

test('a role has its own policies, with references resolved', () => {
  const { roles } = specOf({
    'aws_dynamodb_table.t': { name: 'tunnels', hash_key: 'id', attribute: [{ name: 'id', type: 'S' }] },
    'aws_iam_role.sweep': ROLE,
    'aws_iam_role.other': { ...ROLE, name: 'other' },
    'aws_iam_role_policy.by-name': { role: '${aws_iam_role.sweep.name}', policy: policy('dynamodb:Scan', '${aws_dynamodb_table.t.arn}') },
    'aws_iam_role_policy.by-id': { role: '${aws_iam_role.sweep.id}', policy: policy('dynamodb:Scan', '*') },
  });
  expect(roles).toMatchObject([
    {
      address: 'aws_iam_role.sweep',
      arn: 'arn:aws:iam::000000000000:role/sweep',
      trust: { address: 'aws_iam_role.sweep.assume_role_policy' },
      policies: [
        {
          address: 'aws_iam_role_policy.by-name.policy',
          document: { Statement: [{ Resource: 'arn:aws:dynamodb:eu-central-1:000000000000:table/tunnels' }] },
        },
        { address: 'aws_iam_role_policy.by-id.policy' },
      ],
    },
    { address: 'aws_iam_role.other', policies: [] },
  ]);
});

test('queues and event buses have policies from their own attribute or from a policy resource', () => {
  const { resourcePolicies } = specOf({
    'aws_sqs_queue.a': { name: 'a', policy: policy('sqs:*', '*') },
    'aws_sqs_queue.b': { name: 'b' },
    'aws_sqs_queue_policy.b': { queue_url: '${aws_sqs_queue.b.url}', policy: policy('sqs:*', '*') },
    'aws_cloudwatch_event_bus.c': { name: 'c' },
    'aws_cloudwatch_event_bus_policy.c': { event_bus_name: '${aws_cloudwatch_event_bus.c.name}', policy: policy('events:*', '*') },
  });
  expect(resourcePolicies.map(({ address, resourceArn }) => [address, resourceArn])).toEqual([
    ['aws_sqs_queue.a.policy', 'arn:aws:sqs:eu-central-1:000000000000:a'],
    ['aws_sqs_queue_policy.b.policy', 'arn:aws:sqs:eu-central-1:000000000000:b'],
    ['aws_cloudwatch_event_bus_policy.c.policy', 'arn:aws:events:eu-central-1:000000000000:event-bus/c'],
  ]);
});

test('customer keys are listed by the resource that they encrypt, and AWS managed keys are not listed', () => {
  const { encryptionKeys } = specOf({
    ...KEY,
    'aws_dynamodb_table.t': {
      name: 't',
      hash_key: 'id',
      attribute: [{ name: 'id', type: 'S' }],
      server_side_encryption: { enabled: true, kms_key_arn: '${aws_kms_key.data.arn}' },
    },
    'aws_sqs_queue.q': { name: 'q', kms_master_key_id: '${aws_kms_key.data.arn}' },
    'aws_sqs_queue.plain': { name: 'plain', kms_master_key_id: 'alias/aws/sqs' },
    'aws_ssm_parameter.p': { name: '/p', type: 'SecureString', value_wo: 'secret', key_id: '${aws_kms_key.data.arn}' },
    'aws_iam_role.sweep': ROLE,
    'aws_iam_role_policy.sweep': { role: 'sweep', policy: policy('kms:Decrypt', '${aws_kms_key.data.arn}') },
  });
  expect(encryptionKeys).toEqual({
    'arn:aws:dynamodb:eu-central-1:000000000000:table/t': KEY_ARN,
    'arn:aws:sqs:eu-central-1:000000000000:q': KEY_ARN,
    'arn:aws:ssm:eu-central-1:000000000000:parameter/p': KEY_ARN,
  });
});

test.each<[string, Record<string, Attributes>, string]>([
  ['a policy attachment of a role', { 'aws_iam_role_policy_attachment.a': {} }, 'does not know aws_iam_role_policy_attachment'],
  [
    'managed policies of a role',
    { 'aws_iam_role.sweep': { ...ROLE, managed_policy_arns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] } },
    'aws_iam_role.sweep.managed_policy_arns: the local cloud enforces aws_iam_role_policy only',
  ],
  [
    'a policy of an unknown role',
    { 'aws_iam_role_policy.p': { role: 'nobody', policy: '{}' } },
    'aws_iam_role_policy.p.role is nobody, but the stack has no such role',
  ],
  [
    'a policy that is no JSON',
    { 'aws_iam_role.sweep': { ...ROLE, assume_role_policy: '{' } },
    'aws_iam_role.sweep.assume_role_policy is not JSON',
  ],
  [
    'a policy of an unknown queue',
    { 'aws_sqs_queue_policy.p': { queue_url: 'https://q', policy: '{}' } },
    'aws_sqs_queue_policy.p.queue_url is https://q, but the stack has no such queue',
  ],
  [
    'a policy of an unknown bucket',
    { 'aws_s3_bucket_policy.p': { bucket: 'b', policy: '{}' } },
    'aws_s3_bucket_policy.p.bucket is b, but the stack has no such bucket',
  ],
  [
    'a policy of an unknown event bus',
    { 'aws_cloudwatch_event_bus_policy.p': { event_bus_name: 'b', policy: '{}' } },
    'but the stack has no such event bus',
  ],
  [
    'two policies of one queue',
    { 'aws_sqs_queue.q': { name: 'q', policy: '{}' }, 'aws_sqs_queue_policy.p': { queue_url: '${aws_sqs_queue.q.url}', policy: '{}' } },
    'aws_sqs_queue_policy.p.policy and aws_sqs_queue.q.policy are policies of one resource',
  ],
  [
    'an encryption key that is named by an alias',
    { 'aws_sqs_queue.q': { name: 'q', kms_master_key_id: 'alias/data' } },
    'aws_sqs_queue.q.kms_master_key_id is alias/data: use the ARN of the key',
  ],
])('a stack with %s stops the boot with a TerraformError', (_, resources, message) => {
  expect(() => specOf(resources)).toThrow(message);
  expect(() => specOf(resources)).toThrow(expect.objectContaining({ name: 'TerraformError' }));
});
