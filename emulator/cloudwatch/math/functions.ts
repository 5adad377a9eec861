/** The supported functions of metric math. Each function checks its own arguments. */
import { MathError } from './math-error';
import { mapSeries, operandOf, scalar, series, type MathValue, type Operand, type Series } from './math-value';
import { at } from './operators';

/** The modes of FILL, apart from filling with given values. */
export type Filling = 'REPEAT' | 'LINEAR';

const points = (values: Series): number[] => values.filter((value) => value !== undefined);

type Aggregate = (numbers: readonly number[]) => number;
const sum: Aggregate = (numbers) => numbers.reduce((total, each) => total + each, 0);
const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  SUM: sum,
  AVG: (numbers) => sum(numbers) / numbers.length,
  MIN: (numbers) => Math.min(...numbers),
  MAX: (numbers) => Math.max(...numbers),
};

export const AGGREGATE_NAMES = Object.keys(AGGREGATES);

/**
 * For one time series: a number over its data points. Without data points the number is NaN, which is dropped wherever it is used.
 * For an array: a series with one value per period, where AVG counts missing values as 0.
 */
export function aggregate(name: string, value: MathValue): MathValue {
  const compute = AGGREGATES[name] ?? sum;
  if (value.kind === 'scalar') throw new MathError(`${name} takes a time series or an array of them, not a number`);
  if (value.kind === 'series') {
    const numbers = points(value.values);
    return scalar(numbers.length === 0 ? NaN : compute(numbers));
  }
  const periods = Math.max(0, ...value.items.map(({ length }) => length));
  return series(
    Array.from({ length: periods }, (_, period) => {
      const row = value.items.map((item) => item[period]);
      const numbers = points(row);
      if (numbers.length === 0) return undefined;
      return compute(name === 'AVG' ? row.map((each) => each ?? 0) : numbers);
    }),
  );
}

/** @param filler a value, a series, or the mode that fills from the series itself */
export function fill(value: MathValue, filler: MathValue | Filling): MathValue {
  if (value.kind === 'scalar') throw new MathError('FILL takes a time series or an array of them, not a number');
  const filled = typeof filler === 'string' ? undefined : operandOf(filler, 'FILL');
  return mapSeries(value, (operand) => {
    const values = operand as Series;
    if (filler === 'REPEAT') return repeat(values);
    if (filler === 'LINEAR') return interpolate(values);
    return values.map((each, period) => each ?? finite(at(filled ?? NaN, period)));
  });
}

function repeat(values: Series): Series {
  let last: number | undefined;
  return values.map((value) => (last = value ?? last));
}

/** Fills gaps linearly. Gaps at the start and at the end stay. */
function interpolate(values: Series): Series {
  return values.map((value, period) => {
    if (value !== undefined) return value;
    const before = values.findLastIndex((each, index) => each !== undefined && index < period);
    const after = values.findIndex((each, index) => each !== undefined && index > period);
    const [from, to] = [values[before], values[after]];
    if (from === undefined || to === undefined) return undefined;
    return from + ((to - from) * (period - before)) / (after - before);
  });
}

/**
 * IF, by the tables of AWS's "Using IF expressions". A missing condition drops the point. A missing value of the true branch counts
 * as 0. A missing value of the false branch drops the point; so does a false condition if there is no false branch.
 */
export function choose(condition: MathValue, whenTrue: MathValue, whenFalse: MathValue | undefined, periods: number): MathValue {
  const test = operandOf(condition, 'IF');
  const yes = operandOf(whenTrue, 'IF');
  const no: Operand = whenFalse === undefined ? [] : operandOf(whenFalse, 'IF');
  if (typeof test === 'number' && typeof yes === 'number' && typeof no === 'number') return scalar(test !== 0 ? yes : no);
  return series(
    Array.from({ length: periods }, (_, period) => {
      const holds = finite(at(test, period));
      if (holds === undefined) return undefined;
      if (holds === 0) return finite(at(no, period));
      // If the condition is a number, missing values of the branch stay missing.
      return finite(at(yes, period)) ?? (typeof test === 'number' ? undefined : 0);
    }),
  );
}

const finite = (value: number | undefined): number | undefined => (value !== undefined && Number.isFinite(value) ? value : undefined);
