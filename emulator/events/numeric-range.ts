import { OperandError } from './operand-error';

/** EventBridge compares numbers from -5e9 to 5e9 only (https://github.com/aws/event-ruler#numeric-matching). */
const LIMIT = 5e9;
const EXAMPLE = 'such as [">", 0, "<=", 5] or ["=", 3]';

type Comparison = (value: number) => boolean;
const COMPARISONS = new Map<unknown, (bound: number) => Comparison>([
  ['=', (bound) => (value) => value === bound],
  ['>', (bound) => (value) => value > bound],
  ['>=', (bound) => (value) => value >= bound],
  ['<', (bound) => (value) => value < bound],
  ['<=', (bound) => (value) => value <= bound],
]);

/**
 * Compiles the operand of `numeric`: `["=", n]`, one bound, or a lower bound followed by an upper one.
 * @throws OperandError
 */
export function compileNumericRange(operand: unknown): Comparison {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw new OperandError(`must be a list of one or two comparisons, ${EXAMPLE}`);
  }
  const [operator, bound, secondOperator, secondBound] = operand as unknown[];
  const first = comparison(operator, bound);
  if (operand.length === 2) return within(first);
  if (!isLower(operator) || !isUpper(secondOperator)) {
    throw new OperandError('must give the lower bound (> or >=) first and the upper bound (< or <=) second');
  }
  const second = comparison(secondOperator, secondBound);
  if ((bound as number) >= (secondBound as number)) {
    throw new OperandError(`has no number between ${String(bound)} and ${String(secondBound)}; swap the bounds`);
  }
  return within((value) => first(value) && second(value));
}

const isLower = (operator: unknown): boolean => operator === '>' || operator === '>=';
const isUpper = (operator: unknown): boolean => operator === '<' || operator === '<=';
const within =
  (test: Comparison): Comparison =>
  (value) =>
    Math.abs(value) <= LIMIT && test(value);

function comparison(operator: unknown, bound: unknown): Comparison {
  const compare = COMPARISONS.get(operator);
  if (!compare) {
    throw new OperandError(`allows =, >, >=, < and <=, not ${JSON.stringify(operator)}; write comparisons ${EXAMPLE}`);
  }
  if (typeof bound !== 'number' || Math.abs(bound) > LIMIT) {
    throw new OperandError(`allows numbers from -5e9 to 5e9, not ${JSON.stringify(bound)}`);
  }
  return compare(bound);
}
