import { only, policy, type Example } from './example';

const role = (trust: Record<string, unknown>) =>
  only('aws_iam_role', {
    name: 'it',
    assume_role_policy: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', ...trust }),
  });

const rights = (...statements: readonly Record<string, unknown>[]) =>
  only('aws_iam_role_policy', { name: 'it', role: 'it', policy: policy(...statements) });

const traces = { Effect: 'Allow', Action: ['xray:PutTraceSegments'], Resource: ['*'] };
const OURS = 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:http-tunnel-prod-*';
const issuer = 'token.actions.githubusercontent.com';
const meantForUs = { [`${issuer}:aud`]: 'sts.amazonaws.com' };
const github = { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' };

export const roles: Record<string, Example> = {
  'iam-stars': {
    holds: rights(traces, {
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Resource: 'arn:aws:sqs:us-east-1:111122223333:it',
    }),
    violated: rights(traces, { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }),
    problem: 'allows dynamodb:GetItem on *',
  },
  'iam-needs-star': {
    holds: rights(traces, { Effect: 'Allow', Action: ['cloudwatch:PutCompositeAlarm', 'cloudwatch:DescribeAlarms'], Resource: '*' }),
    violated: rights(traces, { Effect: 'Allow', Action: ['cloudwatch:PutMetricAlarm', 'cloudwatch:PutCompositeAlarm'], Resource: OURS }),
    problem: `allows cloudwatch:PutCompositeAlarm only on ${OURS}, but AWS allows it on * alone`,
  },
  'iam-trust': {
    holds: role({
      Principal: github,
      Condition: {
        StringEquals: { ...meantForUs, [`${issuer}:sub`]: 'repo:ours/http-tunnel:environment:prod' },
      },
    }),
    violated: role({
      Principal: github,
      Condition: { StringEquals: meantForUs, StringLike: { [`${issuer}:sub`]: 'repo:ours/*' } },
    }),
    problem: 'the claim sub is too wide: repo:ours/*',
  },
  'parameter-secret': {
    holds: only('aws_ssm_parameter', {
      name: 'key',
      type: 'SecureString',
      value_wo: 'x',
      value_wo_version: 1,
    }),
    violated: only('aws_ssm_parameter', { name: 'key', type: 'SecureString', value: 'x' }),
    problem: 'its value is in the plan and in the state',
  },
};
