/** Callers and the element Principal: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
import { IamBootError } from './iam-boot-error';
import type { StatementJson } from './statement-json';

/** `role`: a function, or Lambda on its behalf, with the function's role. `service`: a service that acts for itself. */
export type Caller =
  | { readonly kind: 'role'; readonly roleArn: string; readonly functionName: string }
  | { readonly kind: 'service'; readonly service: string };

/** `*`, or a name under `AWS` or `Service`. */
export interface PolicyPrincipal {
  readonly kind: 'anybody' | 'aws' | 'service';
  readonly name: string;
}

/** @throws IamBootError for kinds of principals that this cloud does not have */
export function parsePrincipals(principals: NonNullable<StatementJson['principals']>, where: string): PolicyPrincipal[] {
  return principals.map(([kind, name]) => {
    if (kind === 'Service') return { kind: 'service', name };
    if (kind === '*' || (kind === 'AWS' && name === '*')) return { kind: 'anybody', name: '*' };
    if (kind === 'AWS') return { kind: 'aws', name };
    throw new IamBootError(`${where}: the local cloud knows no principals of the kind ${kind}; it knows AWS and Service`);
  });
}

/**
 * Whether a statement of a resource's policy applies to this caller. A statement that allows an account only leaves the decision
 * to the policies of the account's roles. A statement that denies an account denies all its roles.
 */
export function isAbout({ kind, name }: PolicyPrincipal, caller: Caller, effect: 'Allow' | 'Deny'): boolean {
  if (kind === 'anybody') return true;
  if (caller.kind === 'service') return kind === 'service' && name === caller.service;
  if (kind !== 'aws') return false;
  return name === caller.roleArn || (effect === 'Deny' && isAccountOf(name, caller.roleArn));
}

/** `000000000000` or `arn:aws:iam::000000000000:root` */
function isAccountOf(name: string, roleArn: string): boolean {
  const account = roleArn.split(':')[4] ?? '';
  return name === account || name === `arn:aws:iam::${account}:root`;
}

/** How AWS names a caller in messages. */
export function callerArn(caller: Caller): string {
  if (caller.kind === 'service') return caller.service;
  const [, partition = '', , , account = '', role = ''] = caller.roleArn.split(':');
  return `arn:${partition}:sts::${account}:assumed-role/${role.split('/').at(-1)}/${caller.functionName}`;
}
