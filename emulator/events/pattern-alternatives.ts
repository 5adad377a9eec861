import { EventPatternError } from './event-pattern-error';
import { compileField, isOperator, isRecord } from './value-test';
import type { FieldTest } from './value-test';

/** Fields that must all match, in the order of their paths. */
export type Alternative = readonly FieldTest[];

type Fields = ReadonlyMap<string, FieldTest>;

/**
 * Greatest number of `$or` combinations in a pattern.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or
 */
const MAX_ALTERNATIVES = 1000;
const OR = '$or';

/** Expands every `$or` of a pattern. The pattern matches if one of the returned alternatives matches. @throws EventPatternError */
export function alternativesOf(pattern: unknown): Alternative[] {
  if (!isRecord(pattern)) throw new EventPatternError('', 'is not an object; write {"field": ["value"]}');
  return withObject([new Map()], pattern, '', false).map((fields) => [...fields.values()].sort((a, b) => (a.path < b.path ? -1 : 1)));
}

function withObject(alternatives: Fields[], object: Record<string, unknown>, path: string, insideOr: boolean): Fields[] {
  const entries = Object.entries(object);
  if (entries.length === 0) throw new EventPatternError(path, 'is an empty object; name a field, or leave out the object');
  return entries.reduce((before, [name, value]) => {
    if (name === OR) return withOr(before, value, path);
    const fieldPath = path === '' ? name : `${path}.${name}`;
    if (insideOr && isOperator(name)) {
      throw new EventPatternError(fieldPath, `is an operator in the place of a field; write {"field": [{"${name}": …}]}`);
    }
    if (Array.isArray(value)) return withField(before, compileField(fieldPath, value));
    if (isRecord(value)) return withObject(before, value, fieldPath, insideOr);
    const text = JSON.stringify(value);
    throw new EventPatternError(fieldPath, `is ${text}, which is neither a list nor an object; write [${text}]`);
  }, alternatives);
}

function withField(alternatives: Fields[], field: FieldTest): Fields[] {
  return alternatives.map((fields) => {
    if (fields.has(field.path)) {
      throw new EventPatternError(field.path, 'is given twice; put all its values into one list');
    }
    return new Map(fields).set(field.path, field);
  });
}

function withOr(alternatives: Fields[], options: unknown, path: string): Fields[] {
  const orPath = path === '' ? OR : `${path}.${OR}`;
  if (!Array.isArray(options) || options.length < 2 || !options.every(isRecord)) {
    throw new EventPatternError(orPath, 'must be a list of at least two objects; for one object leave out $or');
  }
  if (alternatives.length * options.length > MAX_ALTERNATIVES) {
    throw new EventPatternError(orPath, `makes more than ${MAX_ALTERNATIVES} combinations; split the rule`);
  }
  return options.flatMap((option) => withObject(alternatives, option, path, true));
}
