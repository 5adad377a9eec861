/** The parts of `terraform show -json` that the oracle reads: https://developer.hashicorp.com/terraform/internals/json-format */
export interface SecondPlan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly change: Change;
  }[];
  readonly prior_state?: { readonly values?: { readonly root_module?: { readonly resources?: readonly StateResource[] } } };
}

interface Change {
  readonly actions: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
}

/** A resource as the endpoint returned it. */
export interface StateResource {
  readonly address: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What Terraform would change, although it has just applied the same configuration. */
export interface Difference {
  readonly address: string;
  /** `create`, `update`, or `delete, create` */
  readonly action: string;
  /** `policy` or `environment[0].variables.MODE`; undefined when the whole resource is there or not. */
  readonly attribute: string | undefined;
  /** As JSON; undefined for a resource, and for a value that is sensitive. */
  readonly endpoint: string | undefined;
  readonly stack: string | undefined;
}

export const stateOf = ({ prior_state }: SecondPlan): readonly StateResource[] => prior_state?.values?.root_module?.resources ?? [];

type Attribute = Pick<Difference, 'attribute' | 'endpoint' | 'stack'>;

const WHOLE: Attribute = { attribute: undefined, endpoint: undefined, stack: undefined };

/** @param expected addresses that the endpoint does not have, and need not have */
export function differencesIn({ resource_changes = [] }: SecondPlan, expected: ReadonlySet<string>): Difference[] {
  return resource_changes
    .filter(({ address, change }) => !expected.has(address) && change.actions.some((action) => action !== 'no-op' && action !== 'read'))
    .flatMap(({ address, change }) => {
      const attributes = attributesIn(change);
      const action = change.actions.join(', ');
      return (attributes.length > 0 ? attributes : [WHOLE]).map((attribute) => ({ address, action, ...attribute }));
    });
}

function attributesIn({ before, after, after_unknown: unknown, before_sensitive, after_sensitive }: Change): Attribute[] {
  if (!isObject(before) || !isObject(after)) return [];
  return (keysOfBoth(before, after, unknown) ?? []).flatMap((name) => {
    const hidden = [before_sensitive, after_sensitive].some((marks) => isMarked(at(marks, name)));
    return leavesIn(at(before, name), at(after, name), at(unknown, name), name, hidden);
  });
}

function leavesIn(before: unknown, after: unknown, unknown: unknown, path: string, hidden: boolean): Attribute[] {
  if (unknown === true) return [{ attribute: path, endpoint: shown(before, hidden), stack: 'known after apply' }];
  const keys = keysOfBoth(before, after, unknown);
  if (keys) {
    return keys.flatMap((key) =>
      leavesIn(at(before, key), at(after, key), at(unknown, key), Array.isArray(before) ? `${path}[${key}]` : `${path}.${key}`, hidden),
    );
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ attribute: path, endpoint: shown(before, hidden), stack: shown(after, hidden) }];
}

/** The keys under which two values are compared further; undefined for values that are compared as a whole. */
function keysOfBoth(before: unknown, after: unknown, unknown: unknown): string[] | undefined {
  if (Array.isArray(before) && Array.isArray(after)) return before.length === after.length ? Object.keys(before) : undefined;
  if (!isObject(before) || !isObject(after)) return undefined;
  return [...new Set([...Object.keys(before), ...Object.keys(after), ...(isObject(unknown) ? Object.keys(unknown) : [])])].sort();
}

/** Whether Terraform marks a value, or a part of it, as sensitive. */
const isMarked = (marks: unknown): boolean => marks === true || (isObject(marks) && Object.values(marks).some(isMarked));

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const at = (value: unknown, key: string): unknown => (isObject(value) ? (value as Record<string, unknown>)[key] : undefined);
const shown = (value: unknown, hidden: boolean): string | undefined => (hidden ? undefined : JSON.stringify(value ?? null));
