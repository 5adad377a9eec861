import type { Expressions, ResourceChange } from '../terraform/plan-json';

/** A setting before and after the change, as short texts. Secrets are masked. */
export interface SettingChange {
  /** `environment.variables.LEASE_GRACE_MS` */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

const MASK = '(sensitive)';
const LATER = '(known after apply)';
const NOTHING = '(not set)';
/** Longer values are cut, in characters. */
const MAX_VALUE = 80;

/** Attributes that the summary shows elsewhere, or that only repeat another attribute. */
const NOT_A_SETTING = ['tags_all', 'policy', 'assume_role_policy', 'filename', 'qualified_arn', 'version', 'last_modified'];

type Leaves = Map<string, string>;

/**
 * The settings of a resource that an update or a replacement changes.
 * @param expressions the resource's configuration. An unknown value outside the configuration is computed by AWS and is no change
 */
export function settingChanges({ change }: ResourceChange, expressions: Expressions): SettingChange[] {
  const before: Leaves = new Map();
  const after: Leaves = new Map();
  collect(before, change.before, change.before_sensitive, '');
  collect(after, change.after, change.after_sensitive, '');
  collectUnknown(after, before, change.after_unknown, '', expressions);
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !NOT_A_SETTING.includes(path.split('.')[0] ?? ''));
  return paths
    .map((path) => ({ path, before: before.get(path) ?? NOTHING, after: after.get(path) ?? NOTHING }))
    .filter((setting) => setting.before !== setting.after || isHiddenChange(setting, change));
}

/** Whether a masked secret changes: two different secrets have the same mask. */
function isHiddenChange({ path, before }: SettingChange, change: ResourceChange['change']): boolean {
  return before === MASK && JSON.stringify(valueAt(change.before, path)) !== JSON.stringify(valueAt(change.after, path));
}

const valueAt = (values: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => {
    const inner = Array.isArray(value) && !/^\d+$/.test(key) ? (value as unknown[])[0] : value;
    return (inner as Record<string, unknown> | null | undefined)?.[key];
  }, values);

function collect(leaves: Leaves, value: unknown, sensitive: unknown, path: string): void {
  if (value === null || value === undefined || value === '') return;
  if (sensitive === true) {
    leaves.set(path, MASK);
  } else if (typeof value !== 'object') {
    leaves.set(path, shorten(`${value as string}`));
  } else if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) {
    if (value.length > 0) leaves.set(path, shorten(value.join(', ')));
  } else {
    each(value, (item, step) => collect(leaves, item, at(sensitive, step.key), join(path, step.name)));
  }
}

/** AWS computes unknown values that the configuration does not set. Such a value counts as unchanged. */
function collectUnknown(leaves: Leaves, before: Leaves, unknown: unknown, path: string, source: unknown): void {
  if (unknown === true) {
    const value = source === undefined ? before.get(path) : LATER;
    if (value !== undefined) leaves.set(path, value);
  } else if (typeof unknown === 'object' && unknown !== null) {
    each(unknown, (item, step) => collectUnknown(leaves, before, item, join(path, step.name), sourceAt(source, step.key)));
  }
}

/** Visits the members of an object or a list. The only member of a list gets no index in its path. */
function each(value: object, visit: (item: unknown, step: { key: string; name: string }) => void): void {
  const entries = Object.entries(value);
  const anonymous = Array.isArray(value) && entries.length === 1;
  for (const [key, item] of entries) visit(item, { key, name: anonymous ? '' : key });
}

/** The source of a member. All members of an expression have the expression as source. */
const sourceAt = (source: unknown, key: string): unknown => {
  const isExpression = typeof source === 'object' && source !== null && ('constant_value' in source || 'references' in source);
  return isExpression ? source : at(source, key);
};

const at = (tree: unknown, key: string): unknown => (tree === true ? true : (tree as Record<string, unknown> | null | undefined)?.[key]);

const join = (path: string, name: string): string => [path, name].filter(Boolean).join('.');

const shorten = (text: string): string => (text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text);
