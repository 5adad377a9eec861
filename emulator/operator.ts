import { randomBytes } from 'node:crypto';
import type { Principal } from './services';

/** Creates the principal for calls from outside the functions: the command line and rehearsals. Its key is valid for this run only. */
export function newOperator(accountId: string): Principal {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    roleArn: `arn:aws:iam::${accountId}:role/local-operator`,
    functionName: 'operator',
  };
}
