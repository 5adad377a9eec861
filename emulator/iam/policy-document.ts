/** Policy documents: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
import type { PolicySpec } from '../specs';
import { parseConditions, type Condition } from './conditions';
import { IamBootError } from './iam-boot-error';
import { parsePrincipals, type PolicyPrincipal } from './principals';
import { statementsIn, type StatementJson } from './statement-json';

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
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new IamBootError(`${address}: is not a JSON object`);
  }
  if (!('Version' in document) || document.Version !== '2012-10-17') {
    throw new IamBootError(`${address}: the policy's Version must be "2012-10-17"`);
  }
  if (!('Statement' in document)) throw new IamBootError(`${address}: Statement is missing`);
  return statementsIn(document).map((statement, index) => parseStatement(statement, `${address} Statement[${index}]`, kind));
}

function parseStatement(statement: StatementJson, where: string, kind: PolicyKind): Statement {
  const { elements, effect, principals, conditions } = statement;
  const unknown = elements.find((name) => !ELEMENTS.has(name));
  if (unknown !== undefined) throw new IamBootError(`${where}: the local cloud does not know the element ${unknown}`);
  if (effect !== 'Allow' && effect !== 'Deny') throw new IamBootError(`${where}: Effect must be Allow or Deny`);
  if ((principals === undefined) !== (kind === 'identity')) {
    throw new IamBootError(`${where}: ${principals === undefined ? 'Principal is missing' : "a role's own policy has no Principal"}`);
  }
  const { actions, notActions, resources, notResources } = statement;
  return {
    where,
    effect,
    actions: onlyActions(patternsOf('Action', actions, notActions, where), where),
    resources: kind === 'trust' ? { negated: false, patterns: ['*'] } : patternsOf('Resource', resources, notResources, where),
    conditions: parseConditions(conditions, where),
    ...(principals !== undefined && { principals: parsePrincipals(principals, where) }),
  };
}

function onlyActions(actions: Patterns, where: string): Patterns {
  const malformed = actions.patterns.find((pattern) => pattern !== '*' && !/^[a-z0-9-]+:[\w*?]+$/i.test(pattern));
  if (malformed !== undefined) throw new IamBootError(`${where}: "${malformed}" is not an action such as dynamodb:GetItem`);
  return actions;
}

type Values = readonly unknown[] | undefined;

function patternsOf(element: 'Action' | 'Resource', asserted: Values, negated: Values, where: string): Patterns {
  if ((asserted === undefined) === (negated === undefined)) throw new IamBootError(`${where}: needs either ${element} or Not${element}`);
  const patterns = asserted ?? negated ?? [];
  for (const pattern of patterns) {
    if (typeof pattern !== 'string' || pattern === '') throw new IamBootError(`${where}: ${element} must be text or a list of texts`);
    if (pattern.includes('${')) throw new IamBootError(`${where}: the local cloud does not know policy variables; write "${pattern}" out`);
  }
  return { negated: asserted === undefined, patterns: patterns as string[] };
}
