/**
 * The values of one pattern field: literals and operators.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import type { Scalar } from './event-fields';
import { EventPatternError } from './event-pattern-error';
import { compileIpRange } from './ip-range';
import { compileNumericRange } from './numeric-range';
import { OperandError } from './operand-error';
import { compileWildcard } from './wildcard';

export type ValueTest = (value: Scalar) => boolean;
type TextTest = (text: string) => boolean;

/** What one field of a pattern accepts. */
export interface FieldTest {
  readonly path: string;
  readonly accepts: ValueTest;
  /** Whether `{"exists": false}` is among the values. */
  readonly acceptsAbsence: boolean;
}

type Operator = (operand: unknown, path: string) => ValueTest;

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['prefix', (operand, path) => ofText(affix('prefix', operand, path))],
  ['suffix', (operand, path) => ofText(affix('suffix', operand, path))],
  ['equals-ignore-case', (operand, path) => ofText(textTest('equals-ignore-case', operand, path))],
  ['wildcard', (operand, path) => ofText(textTest('wildcard', operand, path))],
  ['cidr', (operand, path) => ofText(textTest('cidr', operand, path))],
  ['numeric', numeric],
  ['exists', exists],
  ['anything-but', anythingBut],
]);

/** Operator names. EventBridge does not allow them as field names inside `$or`: there they mean that brackets are missing. */
export const isOperator = (name: string): boolean => OPERATORS.has(name);

/** Compiles the list of values of the field at `path`. The field matches if any value matches. @throws EventPatternError */
export function compileField(path: string, values: readonly unknown[]): FieldTest {
  if (values.length === 0) throw new EventPatternError(path, 'is an empty list; give the values that match');
  const tests = values.map((value) => compileValue(value, path));
  return {
    path,
    accepts: (value) => tests.some((test) => test(value)),
    acceptsAbsence: values.some((value) => isRecord(value) && value['exists'] === false),
  };
}

function compileValue(value: unknown, path: string): ValueTest {
  if (isScalar(value)) return (other) => other === value;
  if (!isRecord(value)) {
    throw new EventPatternError(path, `has ${JSON.stringify(value)} among its values; use texts, numbers, booleans, null or operators`);
  }
  const [entry, ...more] = Object.entries(value);
  if (!entry || more.length > 0) {
    throw new EventPatternError(path, 'has an operator object without exactly one operator; write one object for each');
  }
  const operator = OPERATORS.get(entry[0]);
  if (operator) return operator(entry[1], path);
  const known = [...OPERATORS.keys()].join(', ');
  throw new EventPatternError(path, `uses the unknown operator "${entry[0]}"; known are ${known}`);
}

const ofText =
  (test: TextTest): ValueTest =>
  (value) =>
    typeof value === 'string' && test(value);

/** EventBridge ignores case character by character. Lower case gives the same result, except for a few special letters. */
const fold = (text: string): string => text.toLowerCase();

/** `prefix` or `suffix`; the operand is a string or `{"equals-ignore-case": text}`. */
function affix(name: 'prefix' | 'suffix', operand: unknown, path: string): TextTest {
  if (!isRecord(operand)) return textTest(name, operand, path);
  const entries = Object.entries(operand);
  const folded = operand['equals-ignore-case'];
  if (entries.length !== 1 || typeof folded !== 'string') {
    throw new EventPatternError(path, `${name} takes a text or {"equals-ignore-case": text}`);
  }
  const test = textTest(name, fold(folded), path);
  return (text) => test(fold(text));
}

const TEXT_TESTS = {
  prefix:
    (operand: string): TextTest =>
    (text) =>
      text.startsWith(operand),
  suffix:
    (operand: string): TextTest =>
    (text) =>
      text.endsWith(operand),
  'equals-ignore-case':
    (operand: string): TextTest =>
    (text) =>
      fold(text) === fold(operand),
  wildcard: compileWildcard,
  cidr: compileIpRange,
};
type TextOperator = keyof typeof TEXT_TESTS;

function textTest(name: TextOperator, operand: unknown, path: string): TextTest {
  if (typeof operand !== 'string') throw new EventPatternError(path, `${name} takes a text, not ${JSON.stringify(operand)}`);
  return explained(path, name, () => TEXT_TESTS[name](operand));
}

function numeric(operand: unknown, path: string): ValueTest {
  const test = explained(path, 'numeric', () => compileNumericRange(operand));
  return (value) => typeof value === 'number' && test(value);
}

function exists(operand: unknown, path: string): ValueTest {
  if (typeof operand !== 'boolean') throw new EventPatternError(path, 'exists takes true or false');
  return () => operand;
}

const NEGATABLE: readonly string[] = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'] satisfies TextOperator[];

/** Matches every existing value, of any type, that is not among the given ones. */
function anythingBut(operand: unknown, path: string): ValueTest {
  if (isRecord(operand)) return anythingButText(operand, path);
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const types = new Set(values.map((value) => typeof value));
  const [type] = types;
  if (types.size !== 1 || (type !== 'string' && type !== 'number')) {
    throw new EventPatternError(path, `anything-but takes texts or numbers (not both), or one of ${NEGATABLE.join(', ')}`);
  }
  return (value) => !values.includes(value);
}

function anythingButText(operand: Record<string, unknown>, path: string): ValueTest {
  const [entry, ...more] = Object.entries(operand);
  const name = NEGATABLE.find((known) => known === entry?.[0]) as TextOperator | undefined;
  if (!entry || !name || more.length > 0) {
    throw new EventPatternError(path, `anything-but negates exactly one of ${NEGATABLE.join(', ')}`);
  }
  const operands: readonly unknown[] = Array.isArray(entry[1]) ? entry[1] : [entry[1]];
  const isAffix = name === 'prefix' || name === 'suffix';
  if (operands.length === 0 || (isAffix && operands.includes(''))) {
    throw new EventPatternError(path, `anything-but ${name} has nothing to look for; give a text that is not empty`);
  }
  const tests = operands.map((text) => textTest(name, text, path));
  return (value) => typeof value !== 'string' || !tests.some((test) => test(value));
}

/** Adds the field and the operator to the message of an OperandError. */
function explained<T>(path: string, operator: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof OperandError) throw new EventPatternError(path, `${operator} ${error.message}`);
    throw error;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
