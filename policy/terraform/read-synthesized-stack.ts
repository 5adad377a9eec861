import { resourcesIn } from '../../emulator/terraform/stack';
import { Resource, type TerraformModel } from './terraform-model';

/** The parts that are used of `cdk.tf.json`, which CDKTF writes, or of any configuration in Terraform's JSON syntax. */
export interface StackJson {
  readonly resource?: unknown;
  readonly variable?: Readonly<Record<string, { readonly sensitive?: boolean }>>;
  readonly provider?: { readonly aws?: unknown };
}

/** Converts a synthesized stack. References stay references. */
export function readSynthesizedStack(file: string, stack: StackJson): TerraformModel {
  return {
    file,
    changes: [],
    resources: resourcesIn(stack).map(({ address, type, name, attributes }) => new Resource(address, type, name, attributes)),
    sensitiveVariables: new Set(Object.entries(stack.variable ?? {}).flatMap(([name, { sensitive }]) => (sensitive ? [name] : []))),
    defaultTags: defaultTags(stack),
  };
}

function defaultTags({ provider }: StackJson): Record<string, string> {
  const [aws] = [provider?.aws ?? []].flat() as { default_tags?: unknown }[];
  const [block] = [aws?.default_tags ?? []].flat() as { tags?: Record<string, string> }[];
  return block?.tags ?? {};
}
