import type { Block } from './block';

/** A statement of an IAM policy with its lists as lists. */
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

/** Statements of a policy that stands as JSON text at a path. @throws UndecidedError for what a plan does not know */
export function statementsAt(block: Block, path: string): PolicyStatement[] {
  return statementsOf(block.json(path));
}

/** Statements of a parsed policy; nothing for a missing one. */
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
 * Whether a resource policy refuses every call that does not come over TLS.
 * @param calls which are meant: `sqs:*`, or `sns:Publish`, since a topic's policy knows no `sns:*`
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
