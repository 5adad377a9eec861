import type { Block } from './block';

/** A statement of an IAM policy, in which a single value is also a list. */
export interface PolicyStatement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** `Service:lambda.amazonaws.com`, `AWS:*`, or `*`. */
  readonly principals: readonly string[];
  /** `StringEquals aws:SourceArn` → values. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
}

type Raw = Readonly<Record<string, unknown>>;

/** The statements of a policy in the JSON text at a path. @throws UndecidedError when the plan does not know the text */
export function statementsAt(block: Block, path: string): PolicyStatement[] {
  return statementsOf(block.json(path));
}

/** The statements of a parsed policy. A missing policy has none. */
export function statementsOf(document: unknown): PolicyStatement[] {
  const { Statement = [] } = (document ?? {}) as { Statement?: unknown };
  return ([Statement].flat() as Raw[]).map((raw) => ({
    ...(typeof raw['Sid'] === 'string' && { sid: raw['Sid'] }),
    effect: raw['Effect'] === 'Deny' ? 'Deny' : 'Allow',
    actions: list(raw['Action']),
    notActions: list(raw['NotAction']),
    resources: list(raw['Resource']),
    notResources: list(raw['NotResource']),
    principals: principals(raw['Principal']),
    conditions: conditions(raw['Condition']),
  }));
}

function list(value: unknown): string[] {
  return value === undefined ? [] : ([value].flat() as unknown[]).map(String);
}

function principals(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return list(value);
  return Object.entries(value).flatMap(([kind, names]) => list(names).map((name) => `${kind}:${name}`));
}

function conditions(value: unknown): Record<string, string[]> {
  const entries = Object.entries((value ?? {}) as Record<string, Raw>).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => [`${operator} ${key}`, list(values)] as const),
  );
  return Object.fromEntries(entries);
}

/**
 * Whether a resource policy denies every call without TLS.
 * @param calls the denied actions: `sqs:*`, or `sns:Publish`, because a topic's policy supports no `sns:*`
 */
export function deniesPlainHttp(statements: readonly PolicyStatement[], calls: 'sqs:*' | 's3:*' | 'sns:Publish'): boolean {
  return statements.some(
    ({ effect, actions, principals: who, conditions: when }) =>
      effect === 'Deny' &&
      actions.some((action) => action === '*' || action === calls) &&
      who.some((principal) => principal === '*' || principal === 'AWS:*') &&
      when['Bool aws:SecureTransport']?.every((text) => text === 'false') === true,
  );
}
