/** The JSON of policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */

/** A statement in which every single value is also a list, as the grammar allows. Nothing is checked. */
export interface StatementJson {
  /** Names of all elements of the statement: `Sid`, `Effect` … */
  readonly elements: readonly string[];
  readonly sid: unknown;
  readonly effect: unknown;
  /** Missing if the statement does not have the element. */
  readonly actions: readonly unknown[] | undefined;
  readonly notActions: readonly unknown[] | undefined;
  readonly resources: readonly unknown[] | undefined;
  readonly notResources: readonly unknown[] | undefined;
  /** Kind and name: `['Service', 'lambda.amazonaws.com']`; `['*', '*']` for everybody. Missing without the element `Principal`. */
  readonly principals?: readonly (readonly [kind: string, name: string])[];
  readonly conditions: readonly ConditionJson[];
}

/** One key of one operator. */
export interface ConditionJson {
  /** `StringEquals` */
  readonly operator: string;
  /** `aws:SourceArn` */
  readonly key: string;
  readonly values: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

/** The statements of a policy; none for a policy without the element `Statement`. */
export function statementsIn(document: unknown): StatementJson[] {
  const { Statement: statements = [] } = (document ?? {}) as { Statement?: unknown };
  return ([statements].flat() as Json[]).map((statement) => ({
    elements: Object.keys(statement),
    sid: statement['Sid'],
    effect: statement['Effect'],
    actions: listOf(statement['Action']),
    notActions: listOf(statement['NotAction']),
    resources: listOf(statement['Resource']),
    notResources: listOf(statement['NotResource']),
    ...(statement['Principal'] !== undefined && { principals: principalsIn(statement['Principal']) }),
    conditions: conditionsIn(statement['Condition']),
  }));
}

const listOf = (element: unknown): readonly unknown[] | undefined => (element === undefined ? undefined : [element].flat());

function principalsIn(element: unknown): (readonly [string, string])[] {
  if (typeof element !== 'object' || element === null) return [[String(element), String(element)]];
  return Object.entries(element).flatMap(([kind, names]) => textsOf(names).map((name) => [kind, name] as const));
}

function conditionsIn(element: unknown): ConditionJson[] {
  return Object.entries((element ?? {}) as Record<string, Json>).flatMap(([operator, byKey]) =>
    Object.entries(byKey).map(([key, values]) => ({ operator, key, values: textsOf(values) })),
  );
}

const textsOf = (value: unknown): string[] => [value].flat().map(String);
