import { SERVICES } from '../../emulator/aws-services';
import { Iam, type AccessDecision } from '../../emulator/iam/iam';
import { parsePolicy, type PolicyKind, type Statement } from '../../emulator/iam/policy-document';
import type { AwsCall, Principal } from '../../emulator/services';
import type { CloudSpec, FunctionSpec, MappingSpec, ResourcePolicySpec } from '../../emulator/specs';

const ACCOUNT = { accountId: '000000000000', region: 'us-east-1' };
export const ROLE_ARN = 'arn:aws:iam::000000000000:role/sweep-role';
export const TUNNELS = 'arn:aws:dynamodb:us-east-1:000000000000:table/tunnels';
export const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:failures';
export const TOPIC = 'arn:aws:sns:us-east-1:000000000000:alarms';
export const STREAM = `${TUNNELS}/stream/2026-01-01T00:00:00.000`;
export const RULE = 'arn:aws:events:us-east-1:000000000000:rule/minute';

export const document = (...statements: object[]): object => ({ Version: '2012-10-17', Statement: statements });

export const allow = (action: unknown, resource: unknown, more: object = {}): object => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...more,
});
export const deny = (action: unknown, resource: unknown, more: object = {}): object => ({
  Effect: 'Deny',
  Action: action,
  Resource: resource,
  ...more,
});

export const statementsOf = (...statements: object[]): Statement[] => parse('identity', ...statements);
export const parse = (kind: PolicyKind, ...statements: object[]): Statement[] =>
  parsePolicy({ address: 'aws_iam_role_policy.sweep.policy', document: document(...statements) }, kind);

/** The one function of these tests. */
export const SWEEP = {
  address: 'aws_lambda_function.sweep',
  name: 'sweep',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:sweep',
  roleArn: ROLE_ARN,
  logGroup: '/aws/lambda/sweep',
  logging: { format: 'Text', applicationLevel: 'INFO', systemLevel: 'INFO' },
  asyncInvocation: { maxRetries: 0, maxAgeMs: 60_000 },
} as unknown as FunctionSpec;

export const MAPPING = {
  address: 'aws_lambda_event_source_mapping.rows',
  functionArn: SWEEP.arn,
  streamArn: STREAM,
  onFailureArn: QUEUE,
} as MappingSpec;

export const TRUST = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };

export interface IamFixture {
  readonly iam: Iam;
  readonly warnings: string[];
  readonly decisions: AccessDecision[];
}

/** A role with these statements, and the function `sweep` with this role. */
export function iamWith(
  statements: readonly object[],
  {
    trust = TRUST,
    operator,
    ...spec
  }: Partial<Pick<CloudSpec, 'encryptionKeys'>> & {
    readonly operator?: Principal;
    readonly resourcePolicies?: readonly ResourcePolicySpec[];
    readonly trust?: object;
  } = {},
): IamFixture {
  const warnings: string[] = [];
  const decisions: AccessDecision[] = [];
  const iam = new Iam({
    spec: {
      ...ACCOUNT,
      functions: [SWEEP],
      roles: [
        {
          address: 'aws_iam_role.sweep-role',
          arn: ROLE_ARN,
          trust: { address: 'aws_iam_role.sweep-role.assume_role_policy', document: document(trust) },
          policies: [{ address: 'aws_iam_role_policy.sweep.policy', document: document(...statements) }],
        },
      ],
      resourcePolicies: [],
      encryptionKeys: {},
      ...spec,
    },
    access: SERVICES.access,
    warn: (text) => warnings.push(text),
    ...(operator && { operator }),
    onDecision: (decision) => decisions.push(decision),
  });
  return { iam, warnings, decisions };
}

export const call = (service: string, operation: string, input: Record<string, unknown> = {}): AwsCall => ({
  service,
  operation,
  input,
  arrivedAt: 0,
  caller: { accessKeyId: 'ASIA', secretAccessKey: 'secret', roleArn: ROLE_ARN, functionName: 'sweep' },
});
