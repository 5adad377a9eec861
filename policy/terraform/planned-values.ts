import { KNOWN_AFTER_APPLY, refersToResource, SENSITIVE } from './planned-reading';
import type { Expressions } from './plan-json';

/** If the configuration is JSON, `constant_value` is the unchanged source, including references in texts. */
interface Expression {
  readonly constant_value?: unknown;
  readonly references?: readonly string[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isExpression = (value: unknown): value is Expression => isObject(value) && ('constant_value' in value || 'references' in value);

/**
 * The planned values of a resource. A value that is unknown or secret in the plan is replaced: by the reference in the
 * configuration, if there is one, otherwise by a mark that no rule can mistake for a value. Values that the configuration does not
 * set and the service computes are left out.
 */
export function plannedValues(after: unknown, unknown: unknown, sensitive: unknown, expressions: Expressions): Record<string, unknown> {
  const values = isObject(after) ? after : {};
  const keys = new Set([...Object.keys(values), ...Object.keys(expressions)]);
  const merged = [...keys].map((key) => [key, attribute(values[key], at(unknown, key), at(sensitive, key), expressions[key])]);
  return Object.fromEntries(merged) as Record<string, unknown>;
}

function attribute(after: unknown, unknown: unknown, sensitive: unknown, source: unknown): unknown {
  if (isExpression(source)) {
    const written = source.constant_value;
    const hidden = marks(unknown) || marks(sensitive);
    if (written !== undefined && (hidden || refersToResource(JSON.stringify(written)))) return written;
    const reference = onlyReference(source);
    if (unknown === true) return reference ?? KNOWN_AFTER_APPLY;
    return resolved(after, unknown, sensitive);
  }
  if (source !== undefined && (Array.isArray(after) || isObject(after))) return blocks(after, unknown, sensitive, source);
  // AWS computes a value that the configuration does not set.
  if (unknown === true) return source === undefined ? undefined : KNOWN_AFTER_APPLY;
  return resolved(after, unknown, sensitive);
}

/** Nested blocks, each with its own expressions. All blocks of a dynamic block share the same expressions. */
function blocks(after: unknown, unknown: unknown, sensitive: unknown, source: unknown): unknown {
  const sources = Array.isArray(source) ? (source as unknown[]) : [source];
  const list = Array.isArray(after) ? (after as unknown[]) : [after];
  return list.map((item, index) =>
    plannedValues(
      item,
      at(unknown, index),
      at(sensitive, index),
      ((sources.length === list.length ? sources[index] : sources[0]) ?? {}) as Expressions,
    ),
  );
}

/** A value without its own expression, with marks for its unknown or secret parts. */
function resolved(after: unknown, unknown: unknown, sensitive: unknown): unknown {
  if (unknown === true) return KNOWN_AFTER_APPLY;
  if (sensitive === true) return after === null || after === undefined ? undefined : SENSITIVE;
  if (Array.isArray(after)) return after.map((item, index) => resolved(item, at(unknown, index), at(sensitive, index)));
  if (!isObject(after)) return after;
  const keys = new Set([...Object.keys(after), ...(isObject(unknown) ? Object.keys(unknown) : [])]);
  return Object.fromEntries([...keys].map((key) => [key, resolved(after[key], at(unknown, key), at(sensitive, key))]));
}

/** `${aws_sqs_queue.failures.arn}`, if the expression refers to nothing else. A plan does not contain the HCL text of an expression. */
function onlyReference({ references = [] }: Expression): string | undefined {
  const attributes = references.filter((name) => !references.some((other) => other !== name && other.startsWith(`${name}.`)));
  const [only] = attributes;
  return attributes.length === 1 && only !== undefined && refersToResource(`\${${only}}`) ? `\${${only}}` : undefined;
}

function at(tree: unknown, key: string | number): unknown {
  if (tree === true) return true;
  return isObject(tree) || Array.isArray(tree) ? (tree as Record<string | number, unknown>)[key] : undefined;
}

/** Whether a tree of marks contains any mark. */
function marks(tree: unknown): boolean {
  if (typeof tree !== 'object' || tree === null) return tree === true;
  return Object.values(tree).some(marks);
}
