import { randomBytes } from 'node:crypto';
import type { Principal } from './services';

/** Who calls from outside of the functions: people with the command line, rehearsals. A key of its own, good for this run alone. */
export function newOperator(accountId: string): Principal {
  return {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    roleArn: `arn:aws:iam::${accountId}:role/local-operator`,
    functionName: 'operator',
  };
}
