import type { Resource } from '../emulator/terraform/stack';

/** The resources that refer to one of `missing`, directly or through others, each with the resource that it needs. */
export function dependentsOf(missing: Iterable<string>, resources: readonly Resource[]): ReadonlyMap<string, string> {
  const gone = new Set(missing);
  const reasons = new Map<string, string>();
  // The loop also visits the addresses that are added to the set meanwhile.
  for (const address of gone) {
    for (const { address: dependent, attributes } of resources) {
      if (gone.has(dependent) || !refersTo(attributes, address)) continue;
      gone.add(dependent);
      reasons.set(dependent, address);
    }
  }
  return reasons;
}

/** Whether a value has a reference to a resource, in an expression or in `depends_on`. */
const refersTo = (value: unknown, address: string): boolean =>
  new RegExp(`(?<![\\w.-])${address.replaceAll('.', '\\.')}(?![\\w-])`).test(JSON.stringify(value));
