import type { TerraformPlan } from '../../scripts/terraform-plan';
import { IDENTITY } from './replacements';

/** Possible earlier values of arguments that identify a resource. */
const EARLIER: Record<string, string> = {
  HTTP: 'WEBSOCKET',
  WEBSOCKET: 'HTTP',
  'https://token.actions.githubusercontent.com': 'https://earlier.example.com',
};

type Planned = TerraformPlan['planned_values']['root_module']['resources'][number];

/** Values that AWS chooses. */
const COMPUTED = { id: 'earlier', arn: 'arn:aws:earlier:us-east-1:111122223333:earlier' };

/**
 * A Terraform state that has every stateful resource of a plan, each with another identity than in the plan.
 * Format: https://developer.hashicorp.com/terraform/language/state
 */
export function earlierState({ planned_values }: TerraformPlan): object {
  const stateful = planned_values.root_module.resources.filter(({ type }) => (IDENTITY[type] ?? []).length > 0);
  return stateWith(
    stateful.map((resource) => {
      const identity = (IDENTITY[resource.type] ?? []).map((argument) => {
        const now = String(resource.values[argument]);
        return [argument, EARLIER[now] ?? `earlier-${now}`];
      });
      return inState(resource, { attributes: Object.fromEntries(identity) as object });
    }),
  );
}

/** A Terraform state that has one resource of a plan, whose creation failed half-way. @param address `aws_dynamodb_table.tunnels` */
export function taintedState({ planned_values }: TerraformPlan, address: string): object {
  const resource = planned_values.root_module.resources.find(({ type, name }) => `${type}.${name}` === address);
  if (!resource) throw new Error(`the plan has no ${address}`);
  return stateWith([inState(resource, { status: 'tainted' })]);
}

const stateWith = (resources: readonly object[]): object => ({ version: 4, serial: 1, lineage: 'earlier', outputs: {}, resources });

const inState = (
  { type, name, schema_version, values }: Planned,
  { attributes = {}, ...instance }: { readonly attributes?: object; readonly status?: 'tainted' },
): object => ({
  mode: 'managed',
  type,
  name,
  provider: 'provider["registry.terraform.io/hashicorp/aws"]',
  instances: [{ schema_version, ...instance, attributes: { ...values, ...COMPUTED, ...attributes } }],
});
