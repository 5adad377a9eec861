/** Bins grow by 2 %, so a percentile is at most 1 % away from the value it stands for. */
const LOG_GROWTH = Math.log(1.02);
/** An offset that is greater than |log(value)| / LOG_GROWTH of any double, so that positive values have positive bin numbers. */
const OFFSET = 50_000;

/** Aggregates the values of one period: exact count, sum, minimum and maximum, and percentiles with an error of 1 % at most. */
export class Distribution {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  private readonly bins = new Map<number, number>();

  add(value: number): void {
    this.count += 1;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const bin = binOf(value);
    this.bins.set(bin, (this.bins.get(bin) ?? 0) + 1);
  }

  merge(other: Distribution): void {
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    for (const [bin, times] of other.bins) this.bins.set(bin, (this.bins.get(bin) ?? 0) + times);
  }

  /** The nearest-rank percentile. @param percent 0 to 100 */
  percentile(percent: number): number {
    const rank = Math.max(1, Math.ceil((percent / 100) * this.count));
    // The extremes are known exactly.
    if (rank === this.count) return this.max;
    if (rank === 1) return this.min;
    let seen = 0;
    for (const bin of [...this.bins.keys()].sort((a, b) => a - b)) {
      seen += this.bins.get(bin) ?? 0;
      if (seen >= rank) return Math.min(this.max, Math.max(this.min, valueOf(bin)));
    }
    return this.max;
  }
}

/** The number of the bin. Bin numbers have the same order as the values; bin 0 is for zero only. */
function binOf(value: number): number {
  if (value === 0) return 0;
  const bin = Math.round(Math.log(Math.abs(value)) / LOG_GROWTH) + OFFSET;
  return value < 0 ? -bin : bin;
}

/** The middle of a bin. */
function valueOf(bin: number): number {
  if (bin === 0) return 0;
  const value = Math.exp((Math.abs(bin) - OFFSET) * LOG_GROWTH);
  return bin < 0 ? -value : value;
}
