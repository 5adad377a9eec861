import type { Environment } from '../environments';
import { allow, policyDocument, type Statement } from './policy';

/** What a pull request's role may do: read the environment's state. */
export const planRolePolicy = (environment: Environment): string => policyDocument(readState(environment));

/** What the deploying role may do: read and write the environment's state, and lock it. */
export const deployRolePolicy = (environment: Environment): string =>
  policyDocument([...readState(environment), ...writeState(environment)]);

function readState({ backend }: Environment): Statement[] {
  if (backend.kind !== 's3') return [];
  const bucket = `arn:aws:s3:::${backend.bucket}`;
  return [allow(['s3:ListBucket'], bucket), allow(['s3:GetObject'], `${bucket}/${backend.key}`)];
}

/** https://developer.hashicorp.com/terraform/language/backend/s3#s3-bucket-permissions */
function writeState({ backend }: Environment): Statement[] {
  if (backend.kind !== 's3') return [];
  const state = `arn:aws:s3:::${backend.bucket}/${backend.key}`;
  return [
    allow(['s3:PutObject'], state),
    allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `${state}.tflock`),
  ];
}
