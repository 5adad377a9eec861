/** Policy documents: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
import type { PolicySpec } from '../specs';
import { parseConditions, type Condition } from './conditions';
import { IamBootError } from './iam-boot-error';
import { parsePrincipals, type PolicyPrincipal } from './principals';

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Patterns {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

export interface Statement {
  /** `aws_iam_role_policy.sweep-policy.policy Statement[2]` */
  readonly where: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Patterns;
  readonly resources: Patterns;
  readonly conditions: readonly Condition[];
  /** Only in resource policies and trust policies; a role's own policies apply to the role. */
  readonly principals?: readonly PolicyPrincipal[];
}

/** `identity`: policy of a role; `resource`: policy of a queue, bus etc.; `trust`: says who may assume a role, which is its resource. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

const ELEMENTS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']);

/** @throws IamBootError for every element that cannot be enforced exactly */
export function parsePolicy({ address, document }: PolicySpec, kind: PolicyKind): Statement[] {
  const { Version, Statement: statements } = objectAt(document, address);
  if (Version !== '2012-10-17') throw new IamBootError(`${address}: the policy's Version must be "2012-10-17"`);
  return (Array.isArray(statements) ? (statements as unknown[]) : [statements]).map((statement, index) =>
    parseStatement(statement, `${address} Statement[${index}]`, kind),
  );
}

function parseStatement(value: unknown, where: string, kind: PolicyKind): Statement {
  const statement = objectAt(value, where);
  const unknown = Object.keys(statement).find((name) => !ELEMENTS.has(name));
  if (unknown !== undefined) throw new IamBootError(`${where}: the local cloud does not know the element ${unknown}`);
  const { Effect: effect, Principal: principal, Condition: condition } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new IamBootError(`${where}: Effect must be Allow or Deny`);
  if ((principal === undefined) !== (kind === 'identity')) {
    throw new IamBootError(`${where}: ${principal === undefined ? 'Principal is missing' : "a role's own policy has no Principal"}`);
  }
  return {
    where,
    effect,
    actions: actionsOf(statement, where),
    resources: kind === 'trust' ? { negated: false, patterns: ['*'] } : patternsOf(statement, 'Resource', where),
    conditions: parseConditions(condition, where),
    ...(principal !== undefined && { principals: parsePrincipals(principal, where) }),
  };
}

function actionsOf(statement: Record<string, unknown>, where: string): Patterns {
  const actions = patternsOf(statement, 'Action', where);
  const malformed = actions.patterns.find((pattern) => pattern !== '*' && !/^[a-z0-9-]+:[\w*?]+$/i.test(pattern));
  if (malformed !== undefined) throw new IamBootError(`${where}: "${malformed}" is not an action such as dynamodb:GetItem`);
  return actions;
}

function patternsOf(statement: Record<string, unknown>, element: 'Action' | 'Resource', where: string): Patterns {
  const [asserted, negated] = [statement[element], statement[`Not${element}`]];
  if ((asserted === undefined) === (negated === undefined)) throw new IamBootError(`${where}: needs either ${element} or Not${element}`);
  const value = asserted ?? negated;
  const patterns: unknown[] = Array.isArray(value) ? value : [value];
  for (const pattern of patterns) {
    if (typeof pattern !== 'string' || pattern === '') throw new IamBootError(`${where}: ${element} must be text or a list of texts`);
    if (pattern.includes('${')) throw new IamBootError(`${where}: the local cloud does not know policy variables; write "${pattern}" out`);
  }
  return { negated: asserted === undefined, patterns: patterns as string[] };
}

function objectAt(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new IamBootError(`${where}: is not a JSON object`);
}
