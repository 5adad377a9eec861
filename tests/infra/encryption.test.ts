import { environments, type Environment } from '../../environments';
import { deployRights } from '../../modules/ci-rights';
import { bootstrapOf, environmentNames, stackOf, synthesizeStack, type Attributes, type InfraStack } from '../support/infra-stack';

const KEY = '${aws_kms_key.data-key.arn}';

/** Type of a resource that keeps data → the argument that names its key. */
const KEY_ARGUMENT: Record<string, (resource: Attributes) => unknown> = {
  aws_dynamodb_table: ({ server_side_encryption: encryption }) =>
    (encryption as { enabled: boolean; kms_key_arn: string } | undefined)?.kms_key_arn,
  aws_sqs_queue: ({ kms_master_key_id: key }) => key,
  aws_s3_bucket_server_side_encryption_configuration: ({ rule }) =>
    (rule as readonly { apply_server_side_encryption_by_default: { kms_master_key_id?: string } }[])[0]
      ?.apply_server_side_encryption_by_default.kms_master_key_id,
  aws_sns_topic: ({ kms_master_key_id: key }) => key,
  aws_cloudwatch_log_group: ({ kms_key_id: key }) => key,
  aws_lambda_function: ({ kms_key_arn: key }) => key,
  aws_ssm_parameter: ({ key_id: key }) => key,
};

interface KeyPolicy {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Action: string | readonly string[];
    readonly Principal: unknown;
    readonly Condition?: unknown;
  }[];
}

/** What Terraform's AWS provider calls after CreateKey while it creates the key and its alias. */
const AFTER_CREATE_KEY = [
  'DescribeKey',
  'GetKeyPolicy',
  'EnableKeyRotation',
  'GetKeyRotationStatus',
  'ListResourceTags',
  'CreateAlias',
].map((action) => `kms:${action}`);

/**
 * What DynamoDB needs of whoever creates a table with a key of the customer, where AWS writes `ReEncrypt*` and `GenerateDataKey*`:
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
 */
const TO_CREATE_A_TABLE = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'CreateGrant',
].map((action) => `kms:${action}`);

const keyPolicyOf = (stack: InfraStack): KeyPolicy['Statement'] =>
  (JSON.parse(stack.resource('aws_kms_key.data-key')['policy'] as string) as KeyPolicy).Statement;

describe('data at rest', () => {
  it.each(Object.keys(KEY_ARGUMENT))('in prod is encrypted with the key of prod: every %s', (type) => {
    const resources = stackOf('prod').resources(type);
    expect(resources.length).toBeGreaterThan(0);
    for (const [address, resource] of resources) expect([address, KEY_ARGUMENT[type]?.(resource)]).toEqual([address, KEY]);
  });

  it.each(environmentNames.filter((name) => !environments[name].customerKey))(
    'in %s is encrypted with keys of AWS, and no role has a right to another key',
    (name) => {
      const stack = stackOf(name);
      for (const [, queue] of stack.resources('aws_sqs_queue')) expect(queue['sqs_managed_sse_enabled']).toBe(true);
      expect(stack.text).not.toContain('kms');
    },
  );

  it('is encrypted with a key of the environment when its setting customerKey is on', () => {
    const withKey = synthesizeStack({ ...environments.dev, customerKey: true });
    expect(withKey.addresses.filter((address) => address.startsWith('aws_kms'))).toHaveLength(2);
    expect(withKey.text).toContain('alias/http-tunnel-dev-data');
  });
});

describe('the encryption key of prod', () => {
  const key = stackOf('prod').resource('aws_kms_key.data-key');
  const Statement = keyPolicyOf(stackOf('prod'));
  const { accountId, region } = environments.prod;

  it('is rotated, and is deleted only thirty days after a request', () => {
    expect(key).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 30 });
  });

  it('can be used only by IAM policies of its account, by its deploy role, and by its own log groups, rules and alarms', () => {
    expect(Statement.map(({ Principal, Condition }) => [Principal, Condition])).toEqual([
      [{ AWS: `arn:aws:iam::${accountId}:root` }, undefined],
      [{ AWS: '*' }, { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${accountId}:role/http-tunnel-ci-prod-deploy` } }],
      [
        { Service: `logs.${region}.amazonaws.com` },
        {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': [
              `arn:aws:logs:${region}:${accountId}:log-group:/aws/lambda/http-tunnel-prod-*`,
              `arn:aws:logs:${region}:${accountId}:log-group:/aws/vendedlogs/apis/http-tunnel-prod-*`,
            ],
          },
        },
      ],
      [
        { Service: 'events.amazonaws.com' },
        {
          StringEquals: { 'aws:SourceAccount': accountId },
          ArnLike: { 'aws:SourceArn': `arn:aws:events:${region}:${accountId}:rule/http-tunnel-prod-*` },
        },
      ],
      [
        { Service: 'cloudwatch.amazonaws.com' },
        {
          StringEquals: { 'aws:SourceAccount': accountId },
          ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${region}:${accountId}:alarm:http-tunnel-prod-*` },
        },
      ],
    ]);
  });

  it('has a policy that covers every log group and every rule of the stack', () => {
    const [, , logs, rules] = Statement.map(({ Condition }) => JSON.stringify(Condition));
    for (const [, { name }] of stackOf('prod').resources('aws_cloudwatch_log_group')) {
      const prefix = String(name).replace(/(http-tunnel-prod-).*$/, '$1*');
      expect(logs).toContain(`log-group:${prefix}`);
    }
    for (const [, { name }] of stackOf('prod').resources('aws_cloudwatch_event_rule')) {
      expect(String(name)).toMatch(/^http-tunnel-prod-/);
      expect(rules).toContain('rule/http-tunnel-prod-*');
    }
  });

  it('gives its deploy role, from the first moment on, all rights that the role otherwise has only when the tags of the key count', () => {
    const given = Statement.find(({ Sid }) => Sid === 'DeployRoleOfThisEnvironment')?.Action ?? [];
    const byTags = deployRights(environments.prod).filter(({ condition }) => JSON.stringify(condition ?? {}).includes('aws:ResourceTag'));
    const onKeys = byTags.filter(({ service }) => service === 'kms').flatMap(({ actions }) => actions.map((action) => `kms:${action}`));
    expect(onKeys.filter((action) => !given.includes(action))).toEqual([]);
    expect(given).toEqual(expect.arrayContaining([...AFTER_CREATE_KEY, ...TO_CREATE_A_TABLE]));
    expect(bootstrapOf('prod').resource('aws_iam_role.ci-prod-deploy')['name']).toBe('http-tunnel-ci-prod-deploy');
  });

  it('names no deploy role if the environment has no pipeline', () => {
    const byHand: Environment = { ...environments.prod, githubRepository: null };
    expect(keyPolicyOf(synthesizeStack(byHand)).map(({ Sid }) => Sid)).not.toContain('DeployRoleOfThisEnvironment');
  });
});
