import { refersToResource } from '../../../policy/terraform/planned-reading';
import type { Expressions, PlanJson } from '../../../policy/terraform/plan-json';

const REFERENCE = /\$\{(\w+)\.([\w-]+)\.(\w+)\}/g;

/** The state as an apply of a first plan would leave it, with made-up values for what AWS computes. */
export function stateAfter(plan: PlanJson): object {
  const configured = plan.configuration?.root_module?.resources ?? [];
  const resources = (plan.resource_changes ?? []).map(({ address, type, name, change }) => {
    const source = configured.find((resource) => resource.address === address);
    const { schema_version = 0 } = (source ?? {}) as { schema_version?: number };
    const attributes: Record<string, unknown> = {
      ...(resolve(plan, change.after, source?.expressions ?? {}) as object),
      id: computed(plan, type, name, 'id'),
      ...(type === 'aws_iam_role' && { managed_policy_arns: [] }),
    };
    for (const [key, unknown] of Object.entries(change.after_unknown as object)) {
      if (unknown === true && /(arn|url|_name)$/.test(key))
        attributes[key] ??= computed(plan, type, name, key);
    }
    return {
      mode: 'managed',
      type,
      name,
      provider: 'provider["registry.terraform.io/hashicorp/aws"]',
      instances: [{ schema_version, attributes }],
    };
  });
  return { version: 4, terraform_version: '1.11.0', serial: 1, lineage: 'recorded', outputs: {}, resources };
}

/** Known values, and configured values with their references replaced. */
function resolve(plan: PlanJson, after: unknown, source: unknown): unknown {
  if (typeof source === 'object' && source !== null && 'constant_value' in source) {
    const text: string = JSON.stringify(source.constant_value);
    return refersToResource(text) ? parse(replaceReferences(plan, text)) : after;
  }
  if (Array.isArray(after)) {
    const sources: unknown[] = Array.isArray(source) ? source : [source];
    return after.map((item, index) => resolve(plan, item, sources[index] ?? {}));
  }
  if (typeof after !== 'object' || after === null) return after;
  const expressions = (source ?? {}) as Expressions;
  const keys = new Set([...Object.keys(after), ...Object.keys(expressions)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, resolve(plan, (after as Record<string, unknown>)[key], expressions[key])]),
  );
}

const parse = (text: string): unknown => JSON.parse(text);

const replaceReferences = (plan: PlanJson, text: string): string =>
  text.replace(REFERENCE, (_, type: string, name: string, attribute: string) =>
    computed(plan, type, name, attribute),
  );

/** The known value of an attribute, or else a made-up value in the form that AWS uses. */
function computed(plan: PlanJson, type: string, name: string, attribute: string): string {
  const found = plan.resource_changes?.find((resource) => resource.address === `${type}.${name}`);
  const after = found?.change.after ?? {};
  const known = after[attribute];
  if (typeof known === 'string') return known;
  const physical = [after['function_name'], after['name'], name].find(
    (value) => typeof value === 'string',
  ) as string;
  if (attribute.endsWith('arn'))
    return `arn:aws:${type.replace(/^aws_/, '')}:us-east-1:111122223333:${physical}`;
  return attribute.endsWith('url') ? `https://example.com/${physical}` : physical;
}
