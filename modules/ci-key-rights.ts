import type { Environment } from '../environments';
import { namePrefix } from '../environments/physical-name';
import { ciRoleName } from './ci-role-name';
import type { PipelineRights } from './pipeline-rights';

/**
 * What a deployment does with the key after it has made the key. It uses the key because DynamoDB, SSM and Lambda first encrypt with
 * the rights of whoever creates the table, the parameter or the function. The actions are named in full, because a policy with
 * `ReEncrypt*` would also grant what AWS adds later.
 * https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
 */
const ON_THE_KEY = [
  'DescribeKey',
  'GetKeyPolicy',
  'PutKeyPolicy',
  'GetKeyRotationStatus',
  'EnableKeyRotation',
  'UpdateKeyDescription',
  'ScheduleKeyDeletion',
  'ListResourceTags',
  'TagResource',
  'UntagResource',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'CreateGrant',
];

/**
 * Rights to create and manage the environment's key. An ARN contains the key's generated id, so tags limit these rights. On a new key
 * they are not enough: `namingDeployRole` says why.
 * @param tagged gives the condition on the tags of the request (`RequestTag`) or of the existing key (`ResourceTag`)
 */
export function keyRights(
  { name, accountId, region }: Pick<Environment, 'name' | 'accountId' | 'region'>,
  tagged: (key: 'RequestTag' | 'ResourceTag') => NonNullable<PipelineRights['condition']>,
): readonly PipelineRights[] {
  const arn = (resource: string): string => `arn:aws:kms:${region}:${accountId}:${resource}`;
  return [
    { types: ['aws_kms_key'], service: 'kms', actions: ['CreateKey', 'TagResource'], condition: tagged('RequestTag') },
    { types: ['aws_kms_key'], service: 'kms', actions: ON_THE_KEY, resources: [arn('key/*')], condition: tagged('ResourceTag') },
    {
      types: ['aws_kms_alias'],
      service: 'kms',
      actions: ['CreateAlias', 'UpdateAlias', 'DeleteAlias'],
      resources: [arn(`alias/${namePrefix(name)}*`)],
    },
    { types: ['aws_kms_alias'], service: 'kms', actions: ['ListAliases'] },
  ];
}

/**
 * The statement of the key's policy that gives the deploy role the same rights from the first moment on. A new tag may take five minutes
 * to count (https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html), but the apply that makes the key goes on at
 * once. The role is in a condition: as the principal it would have to exist, and its id, not its name, would be kept
 * (docs/adr/0042-the-policy-of-the-key-names-the-role-that-deploys.md).
 * @returns no statement if the environment has no pipeline
 */
export function namingDeployRole({ name, accountId, githubRepository }: Environment): readonly object[] {
  if (githubRepository === null) return [];
  return [
    {
      Sid: 'DeployRoleOfThisEnvironment',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: ON_THE_KEY.map((action) => `kms:${action}`),
      Resource: '*',
      Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${accountId}:role/${ciRoleName(name, 'deploy')}` } },
    },
  ];
}
