import type { Environment } from '../environments';
import { deployRights, toStatement } from './ci-rights';
import { allow, policyDocument, type AllowStatement } from './policy';

/**
 * The policy of the pull requests' role: it only allows reading the environment's state. Pull requests plan from the state without
 * reading AWS (docs/adr/0014-pull-requests-plan-from-the-state.md), because the author of a pull request can run code in this role.
 */
export const planRolePolicy = (environment: Environment): string => policyDocument(readState(environment));

/** The policy of the deploy role: it allows writing the environment's state and managing the environment's resources. */
export const deployRolePolicy = (environment: Environment): string =>
  policyDocument([...readState(environment), ...writeState(environment), ...deployRights(environment).map(toStatement)]);

function readState({ backend }: Environment): AllowStatement[] {
  if (backend.kind !== 's3') return [];
  const bucket = `arn:aws:s3:::${backend.bucket}`;
  return [allow(['s3:ListBucket'], bucket), allow(['s3:GetObject'], `${bucket}/${backend.key}`)];
}

/** https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions */
function writeState({ backend }: Environment): AllowStatement[] {
  if (backend.kind !== 's3') return [];
  const state = `arn:aws:s3:::${backend.bucket}/${backend.key}`;
  return [allow(['s3:PutObject'], state), allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `${state}.tflock`)];
}
