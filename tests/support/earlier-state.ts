import type { TerraformPlan } from '../../scripts/terraform-plan';
import { IDENTITY } from './replacements';

/** Possible earlier values of arguments that identify a resource. */
const EARLIER: Record<string, string> = {
  HTTP: 'WEBSOCKET',
  WEBSOCKET: 'HTTP',
  'https://token.actions.githubusercontent.com': 'https://earlier.example.com',
};

/**
 * A Terraform state that has every stateful resource of a plan, each with another identity than in the plan.
 * Format: https://developer.hashicorp.com/terraform/language/state
 */
export function earlierState({ planned_values }: TerraformPlan): object {
  const resources = planned_values.root_module.resources
    .filter(({ type }) => (IDENTITY[type] ?? []).length > 0)
    .map(({ type, name, schema_version, values }) => {
      const identity = (IDENTITY[type] ?? []).map((argument) => {
        const now = String(values[argument]);
        return [argument, EARLIER[now] ?? `earlier-${now}`];
      });
      const computed = { id: 'earlier', arn: 'arn:aws:earlier:us-east-1:111122223333:earlier' };
      return {
        mode: 'managed',
        type,
        name,
        provider: 'provider["registry.terraform.io/hashicorp/aws"]',
        instances: [{ schema_version, attributes: { ...values, ...computed, ...Object.fromEntries(identity) } }],
      };
    });
  return { version: 4, serial: 1, lineage: 'earlier', outputs: {}, resources };
}
