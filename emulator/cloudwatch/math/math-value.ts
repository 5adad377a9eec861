import { MathError } from './math-error';

/** One value per period, oldest first; undefined if the period has no data point. */
export type Series = readonly (number | undefined)[];

export type MathValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'series'; readonly values: Series }
  | { readonly kind: 'array'; readonly items: readonly Series[] };

export const scalar = (value: number): MathValue => ({ kind: 'scalar', value });
export const series = (values: Series): MathValue => ({ kind: 'series', values });
export const array = (items: readonly Series[]): MathValue => ({ kind: 'array', items });

/** One number for all periods, or a number per period. */
export type Operand = number | Series;

/** @throws MathError for an array, which is not allowed in this place */
export function operandOf(value: MathValue, where: string): Operand {
  if (value.kind === 'array') throw new MathError(`${where} takes one time series, not an array of them`);
  return value.kind === 'scalar' ? value.value : value.values;
}

/** Applies `change` to each time series of a value. */
export function mapSeries(value: MathValue, change: (operand: Operand) => Operand): MathValue {
  if (value.kind === 'array') return array(value.items.map((item) => change(item) as Series));
  const changed = change(value.kind === 'scalar' ? value.value : value.values);
  return typeof changed === 'number' ? scalar(changed) : series(changed);
}
