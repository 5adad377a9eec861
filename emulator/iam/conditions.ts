/** The element Condition: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
import { IamBootError } from './iam-boot-error';
import { arnMatches, wildcardMatches } from './matching';
import type { ConditionJson } from './statement-json';

/** The known condition keys. A policy with any other key stops the boot. */
const KEYS = [
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'events:detail-type',
  'events:source',
  'kms:ViaService',
] as const;
export type ContextKey = (typeof KEYS)[number];

/** What is known of a request besides its action and resource. */
export type Context = Readonly<Partial<Record<ContextKey, string>>>;

type Compare = (expected: string, actual: string) => boolean;

const same: Compare = (expected, actual) => expected === actual;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  StringEquals: same,
  StringLike: wildcardMatches,
  ArnEquals: arnMatches,
  ArnLike: arnMatches,
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
};

const NEGATED: Readonly<Record<string, Compare>> = {
  StringNotEquals: same,
  StringNotLike: wildcardMatches,
  ArnNotEquals: arnMatches,
  ArnNotLike: arnMatches,
};

const OPERATORS = [...Object.keys(COMPARISONS), ...Object.keys(NEGATED)];

/** One key of one operator. All conditions of a statement must hold. */
export interface Condition {
  readonly key: ContextKey;
  readonly compare: Compare;
  readonly negated: boolean;
  /** Whether the condition holds for a request that does not have the key. */
  readonly holdsWithout: boolean;
  /** The condition holds if any of these values matches; a negated condition holds if none matches. */
  readonly values: readonly string[];
}

/**
 * @param where address of the statement, for error messages
 * @throws IamBootError for an operator or a key that is not implemented
 */
export function parseConditions(conditions: readonly ConditionJson[], where: string): Condition[] {
  return conditions.map(({ operator, key, values }) => {
    const name = operator.replace(/IfExists$/, '');
    const compare = COMPARISONS[name] ?? NEGATED[name];
    if (!compare) {
      throw new IamBootError(
        `${where}: the local cloud does not know the condition operator ${operator}; use one of ${OPERATORS.join(', ')}, or implement it in emulator/iam/conditions.ts`,
      );
    }
    const negated = name in NEGATED;
    // A negated operator also holds if the request does not have the key.
    return { key: keyNamed(key, where), compare, negated, holdsWithout: negated || name !== operator, values };
  });
}

/** Key names are not case-sensitive. */
function keyNamed(name: string, where: string): ContextKey {
  const key = KEYS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (key) return key;
  throw new IamBootError(
    `${where}: the local cloud does not know the condition key ${name}; use one of ${KEYS.join(', ')}, or implement it in emulator/iam/conditions.ts`,
  );
}

export function conditionHolds({ key, compare, negated, holdsWithout, values }: Condition, context: Context): boolean {
  const actual = context[key];
  if (actual === undefined) return holdsWithout;
  return values.some((expected) => compare(expected, actual)) !== negated;
}
