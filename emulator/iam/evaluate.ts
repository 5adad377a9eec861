/** IAM's decision: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
import { conditionHolds, type Context } from './conditions';
import { actionMatches, resourceMatches } from './matching';
import type { Patterns, Statement } from './policy-document';

/** One thing that a call does. */
export interface Access {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** ARN; `*` for an action that knows no resources. */
  readonly resource: string;
  readonly context?: Context;
}

export interface Decision {
  readonly effect: 'allowed' | 'explicitly-denied' | 'implicitly-denied';
  /** Those that decided; none for an implicit denial. */
  readonly statements: readonly Statement[];
}

/** Any statement that denies, denies; otherwise any that allows, allows; otherwise it is denied. */
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
