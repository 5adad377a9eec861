import { KNOWN_AFTER_APPLY, refersToResource, SENSITIVE } from './block';
import type { Expressions } from './plan-json';

/** `constant_value` is the source as it stands where the configuration is JSON, references in texts included. */
interface Expression {
  readonly constant_value?: unknown;
  readonly references?: readonly string[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isExpression = (value: unknown): value is Expression => isObject(value) && ('constant_value' in value || 'references' in value);

/**
 * The values that a resource will have, with the configuration in the place of what the plan does not know or must not say:
 * a reference where there is one, else a mark that no rule can mistake for a value. What nobody configured and the service
 * computes is left out.
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
  // Nobody wrote it: AWS computes it.
  if (unknown === true) return source === undefined ? undefined : KNOWN_AFTER_APPLY;
  return resolved(after, unknown, sensitive);
}

/** Nested blocks, each with its own expressions; a dynamic block has one for all. */
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

/** A value without a source of its own, with marks where parts of it are unknown or secret. */
function resolved(after: unknown, unknown: unknown, sensitive: unknown): unknown {
  if (unknown === true) return KNOWN_AFTER_APPLY;
  if (sensitive === true) return after === null || after === undefined ? undefined : SENSITIVE;
  if (Array.isArray(after)) return after.map((item, index) => resolved(item, at(unknown, index), at(sensitive, index)));
  if (!isObject(after)) return after;
  const keys = new Set([...Object.keys(after), ...(isObject(unknown) ? Object.keys(unknown) : [])]);
  return Object.fromEntries([...keys].map((key) => [key, resolved(after[key], at(unknown, key), at(sensitive, key))]));
}

/** `${aws_sqs_queue.failures.arn}`, when that is all an expression refers to; HCL's own text is not in a plan. */
function onlyReference({ references = [] }: Expression): string | undefined {
  const attributes = references.filter((name) => !references.some((other) => other !== name && other.startsWith(`${name}.`)));
  const [only] = attributes;
  return attributes.length === 1 && only !== undefined && refersToResource(`\${${only}}`) ? `\${${only}}` : undefined;
}

function at(tree: unknown, key: string | number): unknown {
  if (tree === true) return true;
  return isObject(tree) || Array.isArray(tree) ? (tree as Record<string | number, unknown>)[key] : undefined;
}

/** Whether anything in a tree of marks is marked. */
function marks(tree: unknown): boolean {
  if (typeof tree !== 'object' || tree === null) return tree === true;
  return Object.values(tree).some(marks);
}
