import type { EnvironmentName } from '../../../../environments';
import type { StackJson } from '../../../../policy/terraform/read-synthesized-stack';

/** The examples of a rule, in Terraform's JSON syntax: one that the rule accepts and one that it rejects. */
export interface Example {
  readonly holds: StackJson;
  readonly violated: StackJson;
  /** The problem that the rule reports for the rejected example. */
  readonly problem: string;
  /** Whose expectations hold; prod's, unless the rule is another one there. */
  readonly environment?: EnvironmentName;
}

type Values = Record<string, unknown>;

/** One resource as a fragment; its name is `it` unless another one is given. */
export const only = (type: string, values: Values, name = 'it'): StackJson => ({
  resource: { [type]: { [name]: values } },
});

/** Merges fragments. */
export const together = (...fragments: readonly StackJson[]): StackJson => {
  const resource: Record<string, Record<string, Values>> = {};
  for (const fragment of fragments) {
    for (const [type, byName] of Object.entries(fragment.resource ?? {})) resource[type] = { ...resource[type], ...byName };
  }
  return { resource };
};

export const policy = (...statements: readonly Values[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });

export const deniesPlainHttp = (calls: string): string =>
  policy({
    Effect: 'Deny',
    Principal: '*',
    Action: calls,
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
