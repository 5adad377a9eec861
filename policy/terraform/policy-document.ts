import { statementsIn } from '../../emulator/iam/statement-json';
import type { Block } from '../../emulator/terraform/block';

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

/** The statements of a policy in the JSON text at a path. @throws UndecidedError when the plan does not know the text */
export function statementsAt(block: Block, path: string): PolicyStatement[] {
  return statementsOf(block.optionalJson(path));
}

/** The statements of a parsed policy. A missing policy has none. */
export function statementsOf(document: unknown): PolicyStatement[] {
  return statementsIn(document).map(({ sid, effect, principals = [], conditions, ...lists }) => ({
    ...(typeof sid === 'string' && { sid }),
    effect: effect === 'Deny' ? 'Deny' : 'Allow',
    actions: textsOf(lists.actions),
    notActions: textsOf(lists.notActions),
    resources: textsOf(lists.resources),
    notResources: textsOf(lists.notResources),
    principals: principals.map(([kind, name]) => (kind === name ? kind : `${kind}:${name}`)),
    conditions: Object.fromEntries(conditions.map(({ operator, key, values }) => [`${operator} ${key}`, values])),
  }));
}

const textsOf = (values: readonly unknown[] = []): string[] => values.map(String);

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
