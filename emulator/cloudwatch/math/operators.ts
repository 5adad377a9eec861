import { MathError } from './math-error';
import { mapSeries, operandOf, type MathValue, type Operand, type Series } from './math-value';
import type { BinaryOperator } from './parse-math';

type Compute = (a: number, b: number) => number;

const truth = (holds: boolean): number => (holds ? 1 : 0);

const COMPUTE: Readonly<Record<BinaryOperator, Compute>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
  '&&': (a, b) => truth(a !== 0 && b !== 0),
  '||': (a, b) => truth(a !== 0 || b !== 0),
};

/**
 * AWS: "Missing values in a time series are treated as 0. If the value of a data point causes a function to attempt to divide by zero,
 * the data point is dropped." A period stays without data if none of the series has data for it, with two series or with one series
 * and a number. @throws MathError for two arrays
 */
export function binary(operator: BinaryOperator, left: MathValue, right: MathValue): MathValue {
  const compute = COMPUTE[operator];
  if (left.kind !== 'array') return mapSeries(right, (b) => combine(compute, operandOf(left, operator), b));
  if (right.kind === 'array') throw new MathError(`${operator} takes one array at most`);
  const b = operandOf(right, operator);
  return mapSeries(left, (a) => combine(compute, a, b));
}

export const negate = (value: MathValue): MathValue =>
  mapSeries(value, (operand) => (typeof operand === 'number' ? -operand : operand.map((each) => each && -each)));

function combine(compute: Compute, a: Operand, b: Operand): Operand {
  if (typeof a === 'number' && typeof b === 'number') {
    // After a division by zero this number is not finite: a series computed from it has no data points.
    return compute(a, b);
  }
  const periods = (typeof a === 'number' ? (b as Series) : a).length;
  return Array.from({ length: periods }, (_, period) => {
    const [left, right] = [at(a, period), at(b, period)];
    const isMissing =
      typeof a === 'number' ? right === undefined : typeof b === 'number' ? left === undefined : (left ?? right) === undefined;
    if (isMissing) return undefined;
    const value = compute(left ?? 0, right ?? 0);
    return Number.isFinite(value) ? value : undefined;
  });
}

/** An operand's value in one period. */
export const at = (operand: Operand, period: number): number | undefined => (typeof operand === 'number' ? operand : operand[period]);
