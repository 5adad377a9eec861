import type { ConfigurationModule, Expressions, PlanJson, ResourceChange } from './plan-json';
import { plannedValues } from './planned-values';
import { Resource, type Action, type Change, type TerraformModel } from './terraform-model';

/** Converts a plan that `terraform show -json` prints. Data sources are left out. */
export function readPlan(file: string, plan: PlanJson): TerraformModel {
  const managed = (plan.resource_changes ?? []).filter(({ mode }) => mode === 'managed');
  const root = plan.configuration?.root_module ?? {};
  return {
    file,
    changes: managed.map(toChange),
    resources: managed
      .filter(({ change }) => change.after !== null)
      .map((resource) => toResource(resource, expressionsOf(root, resource.address))),
    sensitiveVariables: new Set(Object.entries(root.variables ?? {}).flatMap(([name, { sensitive }]) => (sensitive ? [name] : []))),
    defaultTags: defaultTags(plan),
  };
}

/** A pair of Terraform's actions is a replacement: https://developer.hashicorp.com/terraform/internals/json-format#change-representation */
export function actionOf({ change }: ResourceChange): Action {
  return change.actions.length === 2 ? 'replace' : ((change.actions[0] ?? 'no-op') as Action);
}

function toChange(resource: ResourceChange): Change {
  const { address, type, change } = resource;
  return {
    address,
    type,
    action: actionOf(resource),
    replacedBecauseOf: (change.replace_paths ?? []).map((path) => path.join('.')),
  };
}

function toResource({ address, type, name, change }: ResourceChange, expressions: Expressions): Resource {
  const { after, after_unknown, after_sensitive } = change;
  return new Resource(address, type, name, plannedValues(after, after_unknown, after_sensitive, expressions));
}

/** The configuration of a resource, in its module. With `count` and `for_each` many addresses share one configuration. */
export function expressionsOf(root: ConfigurationModule, address: string): Expressions {
  const parts = address.replace(/\[[^\]]*\]/g, '').split('.');
  let module: ConfigurationModule | undefined = root;
  while (parts[0] === 'module') {
    module = module?.module_calls?.[parts[1] ?? '']?.module;
    parts.splice(0, 2);
  }
  return module?.resources?.find((resource) => resource.address === parts.join('.'))?.expressions ?? {};
}

function defaultTags(plan: PlanJson): Record<string, string> {
  const blocks = plan.configuration?.provider_config?.['aws']?.expressions?.['default_tags'];
  const [block] = Array.isArray(blocks) ? (blocks as { tags?: { constant_value?: unknown } }[]) : [];
  return (block?.tags?.constant_value as Record<string, string> | undefined) ?? {};
}
