import type { EnvironmentName } from '../../../../environments';
import type { StackJson } from '../../../../policy/terraform/read-synthesized-stack';

/** A rule's examples, in Terraform's JSON syntax: what it lets pass and what it stops. */
export interface Example {
  readonly holds: StackJson;
  readonly violated: StackJson;
  /** What it says about the second. */
  readonly problem: string;
  /** Whose expectations hold; prod's, unless the rule is another one there. */
  readonly environment?: EnvironmentName;
}

type Values = Record<string, unknown>;

/** One resource as a fragment; its name is `it` unless another one is given. */
export const only = (type: string, values: Values, name = 'it'): StackJson => ({
  resource: { [type]: { [name]: values } },
});

/** Fragments as one. */
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
