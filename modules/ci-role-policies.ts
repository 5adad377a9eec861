import type { Environment } from '../environments';
import { deployRights, toStatement } from './ci-rights';
import { allow, policyDocument, type Statement } from './policy';

/**
 * What the role of pull requests may do: read the environment's state. They plan from it, without a look at AWS
 * (docs/adr/0014-pull-requests-plan-from-the-state.md): whoever opens one can run code in this role.
 */
export const planRolePolicy = (environment: Environment): string => policyDocument(readState(environment));

/** What the deploying role may do: write the environment's state, and make what the environment consists of. */
export const deployRolePolicy = (environment: Environment): string =>
  policyDocument([...readState(environment), ...writeState(environment), ...deployRights(environment).map(toStatement)]);

function readState({ backend }: Environment): Statement[] {
  if (backend.kind !== 's3') return [];
  const bucket = `arn:aws:s3:::${backend.bucket}`;
  return [allow(['s3:ListBucket'], bucket), allow(['s3:GetObject'], `${bucket}/${backend.key}`)];
}

/** https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions */
function writeState({ backend }: Environment): Statement[] {
  if (backend.kind !== 's3') return [];
  const state = `arn:aws:s3:::${backend.bucket}/${backend.key}`;
  return [allow(['s3:PutObject'], state), allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `${state}.tflock`)];
}
