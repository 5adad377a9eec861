import { environments } from '../../environments';
import { environmentNames, stackOf, synthesizeStack, type Attributes } from '../support/infra-stack';

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
    readonly Principal: unknown;
    readonly Condition?: unknown;
  }[];
}

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
  const { Statement } = JSON.parse(key['policy'] as string) as KeyPolicy;
  const { accountId, region } = environments.prod;

  it('is rotated, and is deleted only thirty days after a request', () => {
    expect(key).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 30 });
  });

  it('can be used only by IAM policies of its account, and by its own log groups, rules and alarms', () => {
    expect(Statement.map(({ Principal, Condition }) => [Principal, Condition])).toEqual([
      [{ AWS: `arn:aws:iam::${accountId}:root` }, undefined],
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
    const [, logs, rules] = Statement.map(({ Condition }) => JSON.stringify(Condition));
    for (const [, { name }] of stackOf('prod').resources('aws_cloudwatch_log_group')) {
      const prefix = String(name).replace(/(http-tunnel-prod-).*$/, '$1*');
      expect(logs).toContain(`log-group:${prefix}`);
    }
    for (const [, { name }] of stackOf('prod').resources('aws_cloudwatch_event_rule')) {
      expect(String(name)).toMatch(/^http-tunnel-prod-/);
      expect(rules).toContain('rule/http-tunnel-prod-*');
    }
  });
});
