import type { PolicySpec, ResourcePolicySpec, RoleSpec } from '../specs';
import type { Block, ResourceReader } from '../terraform/resource-reader';
import { TerraformError } from '../terraform/terraform-error';

/** Attributes that change the rights of a role and that the local cloud does not enforce. */
const UNSUPPORTED = ['inline_policy', 'managed_policy_arns', 'permissions_boundary'];

/** Roles with their inline policies. Policy attachments are resource types that stop the boot. */
export function readRoles(reader: ResourceReader): RoleSpec[] {
  const roles = reader.all('aws_iam_role');
  const policies = reader.all('aws_iam_role_policy');
  for (const policy of policies) {
    if (!roles.some((role) => role.text('name') === policy.text('role'))) {
      throw new TerraformError(`${policy.address}.role is ${policy.text('role')}, which is no role of the stack`);
    }
  }
  return roles.map((role) => {
    const unsupported = UNSUPPORTED.find((name) => role.has(name));
    if (unsupported !== undefined)
      throw new TerraformError(`${role.address}.${unsupported}: the local cloud enforces aws_iam_role_policy only`);
    return {
      address: role.address,
      arn: reader.computed(role, 'arn'),
      trust: policyIn(role, 'assume_role_policy'),
      policies: policies.filter((policy) => policy.text('role') === role.text('name')).map((policy) => policyIn(policy, 'policy')),
    };
  });
}

/** Policies of queues, buckets, event buses and topics. Each resource has at most one; on AWS a second policy would replace the first. */
export function readResourcePolicies(reader: ResourceReader): ResourcePolicySpec[] {
  const ofQueue = (url: string, where: string): string => {
    const queue = reader.all('aws_sqs_queue').find((block) => reader.computed(block, 'url') === url);
    if (!queue) throw new TerraformError(`${where} is ${url}, which is no queue of the stack`);
    return reader.computed(queue, 'arn');
  };
  const ofBucket = (name: string, where: string): string => reader.computed(bucketNamed(reader, name, where), 'arn');
  const ofBus = (name: string, where: string): string => {
    const bus = reader.all('aws_cloudwatch_event_bus').find((block) => block.text('name') === name);
    if (!bus) throw new TerraformError(`${where} is ${name}, which is no event bus of the stack`);
    return reader.computed(bus, 'arn');
  };
  const ofTopic = (arn: string, where: string): string => {
    if (reader.all('aws_sns_topic').some((block) => reader.computed(block, 'arn') === arn)) return arn;
    throw new TerraformError(`${where} is ${arn}, which is no topic of the stack`);
  };
  const policies = [
    ...['aws_sqs_queue', 'aws_sns_topic']
      .flatMap((type) => reader.all(type))
      .filter((block) => block.has('policy'))
      .map((block) => ({
        ...policyIn(block, 'policy'),
        resourceArn: reader.computed(block, 'arn'),
      })),
    ...reader.all('aws_sns_topic_policy').map((block) => ({
      ...policyIn(block, 'policy'),
      resourceArn: ofTopic(block.text('arn'), `${block.address}.arn`),
    })),
    ...reader.all('aws_sqs_queue_policy').map((block) => ({
      ...policyIn(block, 'policy'),
      resourceArn: ofQueue(block.text('queue_url'), `${block.address}.queue_url`),
    })),
    ...reader.all('aws_s3_bucket_policy').map((block) => ({
      ...policyIn(block, 'policy'),
      resourceArn: ofBucket(block.text('bucket'), `${block.address}.bucket`),
    })),
    ...reader.all('aws_cloudwatch_event_bus_policy').map((block) => ({
      ...policyIn(block, 'policy'),
      resourceArn: ofBus(block.text('event_bus_name'), `${block.address}.event_bus_name`),
    })),
  ];
  const byResource = new Map<string, ResourcePolicySpec>();
  for (const policy of policies) {
    const other = byResource.get(policy.resourceArn);
    if (other) throw new TerraformError(`${policy.address} and ${other.address} are policies of one resource, and AWS keeps one`);
    byResource.set(policy.resourceArn, policy);
  }
  return policies;
}

/** Customer managed KMS keys, by the ARN of the encrypted resource. Keys that AWS manages (`alias/aws/…`) need no right of a caller. */
export function readEncryptionKeys(reader: ResourceReader): Record<string, string> {
  const entry = (block: Block, attribute: string, key: string | undefined, encrypted = block): [string, string][] => {
    if (key === undefined || key.startsWith('alias/aws/')) return [];
    if (!/^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(key)) {
      throw new TerraformError(
        `${block.address}.${attribute} is ${key}: name the key by its ARN, so that the right to use it can be checked`,
      );
    }
    return [[reader.computed(encrypted, 'arn'), key]];
  };
  return Object.fromEntries([
    ...reader
      .all('aws_dynamodb_table')
      .flatMap((table) =>
        entry(table, 'server_side_encryption.kms_key_arn', table.block('server_side_encryption')?.optionalText('kms_key_arn')),
      ),
    ...reader.all('aws_sqs_queue').flatMap((queue) => entry(queue, 'kms_master_key_id', queue.optionalText('kms_master_key_id'))),
    ...reader.all('aws_s3_bucket_server_side_encryption_configuration').flatMap((block) => {
      const rule = block.block('rule')?.block('apply_server_side_encryption_by_default');
      const bucket = bucketNamed(reader, block.text('bucket'), `${block.address}.bucket`);
      return entry(block, 'rule', rule?.optionalText('kms_master_key_id'), bucket);
    }),
    ...reader.all('aws_sns_topic').flatMap((topic) => entry(topic, 'kms_master_key_id', topic.optionalText('kms_master_key_id'))),
    ...reader.all('aws_ssm_parameter').flatMap((parameter) => entry(parameter, 'key_id', parameter.optionalText('key_id'))),
  ]);
}

function bucketNamed(reader: ResourceReader, name: string, where: string): Block {
  const bucket = reader.all('aws_s3_bucket').find((block) => block.text('bucket') === name);
  if (!bucket) throw new TerraformError(`${where} is ${name}, which is no bucket of the stack`);
  return bucket;
}

const policyIn = (block: Block, attribute: string): PolicySpec => ({
  address: `${block.address}.${attribute}`,
  document: block.json(attribute),
});
