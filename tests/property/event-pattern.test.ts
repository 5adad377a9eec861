/** Properties of event patterns, and a comparison with a naive matcher of the simple operators. */
import fc from 'fast-check';
import { compilePattern, EventPatternError } from '../../emulator/events/event-pattern';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

// Few names and values, so that patterns often match events.
const name = fc.constantFrom('a', 'b', 'c');
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '*', '\\', '.'), maxLength: 5 });
const scalar = fc.oneof(text, fc.integer({ min: -3, max: 3 }), fc.boolean(), fc.constant(null));
const event = fc.letrec<{ object: Json; value: Json }>((tie) => ({
  object: fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, fc.array(scalar, { maxLength: 3 }), tie('object')),
})).object;

/** Operators on one value, each with the simplest code for its meaning. */
const operator = fc.oneof(
  scalar.map((value) => ({ pattern: value, means: (x: Json) => x === value })),
  text.map((t) => ({
    pattern: { prefix: t },
    means: (x: Json) => typeof x === 'string' && x.slice(0, t.length) === t,
  })),
  text.map((t) => ({ pattern: { suffix: t }, means: (x: Json) => typeof x === 'string' && x.endsWith(t) })),
  text.map((t) => ({
    pattern: { 'equals-ignore-case': t },
    means: (x: Json) => typeof x === 'string' && x.toUpperCase() === t.toUpperCase(),
  })),
  text.map((t) => ({ pattern: { 'anything-but': t }, means: (x: Json) => x !== t })),
  fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 3 })).map(([from, width]) => ({
    pattern: { numeric: ['>=', from, '<', from + width] },
    means: (x: Json) => typeof x === 'number' && x >= from && x < from + width,
  })),
  fc.constant({ pattern: { exists: true }, means: () => true }),
);
type Operator = { readonly pattern: Json; readonly means: (value: Json) => boolean };
type Pattern = Operator[] | { [name: string]: Pattern };

const pattern = fc.letrec<{ object: Pattern; field: Pattern }>((tie) => ({
  object: fc.dictionary(name, tie('field'), { minKeys: 1, maxKeys: 2 }),
  field: fc.oneof({ depthSize: 'small' }, fc.array(operator as fc.Arbitrary<Operator>, { minLength: 1, maxLength: 3 }), tie('object')),
})).object;

const asJson = (node: Pattern): Json =>
  Array.isArray(node)
    ? node.map(({ pattern: json }) => json)
    : Object.fromEntries(Object.entries(node).map(([key, child]) => [key, asJson(child)]));

const isObject = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Does not support lists of objects, `$or` and `exists: false`. */
function naive(node: Pattern, value: Json | undefined): boolean {
  if (value === undefined) return false;
  if (!Array.isArray(node)) return isObject(value) && Object.entries(node).every(([key, child]) => naive(child, value[key]));
  const values = Array.isArray(value) ? value : [value];
  return values.some((one) => !isObject(one) && node.some(({ means }) => means(one)));
}

test('a pattern of simple operators matches the same events as a naive matcher', () => {
  fc.assert(
    fc.property(pattern, event, (node, value) => compilePattern(asJson(node))(value) === naive(node, value)),
    { numRuns: 2000 },
  );
});

/** The event as a pattern: each leaf in a list. Empty objects and lists have no leaves and are left out. */
function patternOf(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.length > 0 ? value : undefined;
  if (!isObject(value)) return [value];
  const fields = Object.entries(value).flatMap(([key, child]) => {
    const made = patternOf(child);
    return made === undefined ? [] : [[key, made] as const];
  });
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

test('a pattern that is made from an event matches this event', () => {
  fc.assert(
    fc.property(event, (value) => {
      const made = patternOf(value);
      fc.pre(made !== undefined);
      return compilePattern(made)(value);
    }),
  );
});

test('a field that is added to an event does not end a match', () => {
  fc.assert(
    fc.property(pattern, event, fc.constantFrom('x', 'y'), event, (node, value, added, more) => {
      const matches = compilePattern(asJson(node));
      return !matches(value) || matches({ ...(value as object), [added]: more });
    }),
  );
});

const operators = fc.array(operator, { minLength: 1, maxLength: 4 });

test('a list of values, and $or, match when at least one of their values matches', () => {
  fc.assert(
    fc.property(operators, operators, scalar, (left, right, value) => {
      const matches = (...patterns: Json[]): boolean => compilePattern({ a: patterns })({ a: value });
      const [a, b] = [asJson(left) as Json[], asJson(right) as Json[]];
      const union = matches(...a) || matches(...b);
      return matches(...a, ...b) === union && compilePattern({ $or: [{ a }, { a: b }] })({ a: value }) === union;
    }),
  );
});

test('for each field either exists: true or exists: false matches, never both', () => {
  fc.assert(
    fc.property(event, name, (value, key) => {
      const present = compilePattern({ [key]: [{ exists: true }] })(value);
      return present !== compilePattern({ [key]: [{ exists: false }] })(value);
    }),
  );
});

test('anything-but with prefix, suffix or equals-ignore-case matches the opposite of that operator for a text', () => {
  const negatable = fc.constantFrom('prefix', 'suffix', 'equals-ignore-case');
  fc.assert(
    fc.property(negatable, fc.constantFrom('a', 'ab', 'A.'), text, (operatorName, operand, value) => {
      const plain = compilePattern({ a: [{ [operatorName]: operand }] })({ a: value });
      return plain !== compilePattern({ a: [{ 'anything-but': { [operatorName]: operand } }] })({ a: value });
    }),
  );
});

test('a wildcard matches the same texts as the equivalent regular expression', () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\', '.'), minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(pieces, fc.boolean(), fc.boolean(), text, (literals, open, close, value) => {
      const join = (star: string, literal: (piece: string) => string): string =>
        (open ? star : '') + literals.map(literal).join(star) + (close ? star : '');
      const wildcard = join('*', (piece) => piece.replace(/[*\\]/g, '\\$&'));
      const regex = new RegExp(`^${join('.*', (piece) => piece.replace(/[.*\\]/g, '\\$&'))}$`, 's');
      return compilePattern({ a: [{ wildcard }] })({ a: value }) === regex.test(value);
    }),
    { numRuns: 2000 },
  );
});

test('a pattern with several fields matches a list of objects only when one object has all of them', () => {
  const element = fc.record({ a: fc.integer({ min: 0, max: 2 }), b: fc.integer({ min: 0, max: 2 }) });
  fc.assert(
    fc.property(fc.array(element, { maxLength: 5 }), element, (list, wanted) => {
      const matches = compilePattern({ list: { a: [wanted.a], b: [wanted.b] } });
      return matches({ list }) === list.some(({ a, b }) => a === wanted.a && b === wanted.b);
    }),
  );
});

test('any JSON is compiled as a pattern, or is refused with an EventPatternError', () => {
  const words = fc.constantFrom('$or', 'prefix', 'anything-but', 'numeric', 'exists', 'cidr', 'wildcard', '__proto__', 'a');
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.oneof(scalar, fc.constantFrom('>', '=', '10.0.0.0/8')),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(words, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(json, event, (made, value) => {
      try {
        compilePattern(made)(value);
      } catch (error) {
        expect(error).toBeInstanceOf(EventPatternError);
      }
    }),
    { numRuns: 2000 },
  );
});
