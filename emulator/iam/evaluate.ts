/** IAM's decision: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
import { conditionHolds, type Context } from './conditions';
import { actionMatches, resourceMatches } from './matching';
import type { Patterns, Statement } from './policy-document';

/** One thing that a call does. */
export interface Access {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** ARN; `*` for an action without resource-level permissions. */
  readonly resource: string;
  readonly context?: Context;
}

export interface Decision {
  readonly effect: 'allowed' | 'explicitly-denied' | 'implicitly-denied';
  /** The statements that decided; empty for an implicit denial. */
  readonly statements: readonly Statement[];
}

/** One statement that denies is enough to deny. Otherwise one that allows is enough to allow. Without either, access is denied. */
export function evaluate(access: Access, statements: readonly Statement[]): Decision {
  const applying = statements.filter((statement) => applies(statement, access));
  const denying = applying.filter(({ effect }) => effect === 'Deny');
  if (denying.length > 0) return { effect: 'explicitly-denied', statements: denying };
  return { effect: applying.length > 0 ? 'allowed' : 'implicitly-denied', statements: applying };
}

const applies = ({ actions, resources, conditions }: Statement, { action, resource, context = {} }: Access): boolean =>
  covers(actions, (pattern) => actionMatches(pattern, action)) &&
  covers(resources, (pattern) => resourceMatches(pattern, resource)) &&
  conditions.every((condition) => conditionHolds(condition, context));

const covers = ({ negated, patterns }: Patterns, matches: (pattern: string) => boolean): boolean => patterns.some(matches) !== negated;
