export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = sortedUp(values);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

export const percentile99 = (values: readonly number[]): number => sortedUp(values)[Math.ceil(values.length * 0.99) - 1] ?? NaN;

/** Whether the mean is above 0 by more than chance explains: by twice its standard error. Three values are the least that can show it. */
export function isAboveChance(values: readonly number[]): boolean {
  if (values.length < 3) return false;
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  return middle > 2 * Math.sqrt(variance / values.length);
}

const sortedUp = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
