import { build, type Histogram } from 'hdr-histogram-js';

/** Times in ms, kept by HdrHistogram in µs with three digits, so that no outlier is averaged away. */
export class TimeHistogram {
  private readonly histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 120_000_000,
    numberOfSignificantValueDigits: 3,
  });

  record(ms: number): void {
    this.histogram.recordValue(Math.max(0, Math.round(ms * 1000)));
  }

  get count(): number {
    return this.histogram.totalCount;
  }

  /** @param percent 0 to 100 @returns 0 if there are no values */
  percentile(percent: number): number {
    return this.count === 0 ? 0 : this.histogram.getValueAtPercentile(percent) / 1000;
  }

  summary(): TimeSummary {
    return {
      mean: this.count === 0 ? 0 : this.histogram.mean / 1000,
      p50: this.percentile(50),
      p90: this.percentile(90),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
      max: this.percentile(100),
    };
  }

  /** Points of the distribution function: share of values (0 to 1) that are at most `ms`. */
  distribution(points = 200): { readonly ms: number; readonly share: number }[] {
    if (this.count === 0) return [];
    return Array.from({ length: points + 1 }, (_, i) => ({ ms: this.percentile((i / points) * 100), share: i / points }));
  }
}

/** Times in ms. */
export interface TimeSummary {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}
