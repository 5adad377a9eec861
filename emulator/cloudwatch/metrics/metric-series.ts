import type { MetricId } from '../../observations';
import { Distribution } from './distribution';

/** The precision and time for which metrics are kept. */
export interface Resolution {
  /** Bucket length of high-resolution metrics, in ms. */
  readonly secondMs: number;
  /** Bucket length of all other metrics, and of old values of all metrics, in ms. */
  readonly minuteMs: number;
  /** Second buckets are merged into minute buckets when they are this many seconds old. */
  readonly seconds: number;
  readonly retentionMs: number;
}

/** The values of one metric: young values per second, older values per minute until they are dropped. */
export class MetricSeries {
  private readonly seconds = new Map<number, Distribution>();
  private readonly minutes = new Map<number, Distribution>();
  /** Number of the minute of the last clean-up. */
  private cleared = -Infinity;

  constructor(
    readonly id: MetricId,
    readonly unit: string,
    private readonly resolution: Resolution,
  ) {}

  add(value: number, at: number, highResolution: boolean): void {
    const { secondMs, minuteMs } = this.resolution;
    if (highResolution) bucket(this.seconds, numberOf(at, secondMs)).add(value);
    else bucket(this.minutes, numberOf(at, minuteMs)).add(value);
    const minute = numberOf(at, minuteMs);
    if (minute > this.cleared) this.clearUp(minute);
  }

  /** Values from `from` (inclusive) to `to` (exclusive), by period. A period without values is missing in the result. */
  read(from: number, to: number, periodMs: number): Map<number, Distribution> {
    const periods = new Map<number, Distribution>();
    this.collect(periods, this.minutes, this.resolution.minuteMs, from, to, periodMs);
    this.collect(periods, this.seconds, this.resolution.secondMs, from, to, periodMs);
    return periods;
  }

  private collect(
    periods: Map<number, Distribution>,
    buckets: ReadonlyMap<number, Distribution>,
    bucketMs: number,
    from: number,
    to: number,
    periodMs: number,
  ): void {
    const [first, end] = [firstFrom(from, bucketMs), firstFrom(to, bucketMs)];
    const take = (index: number, values: Distribution): void => bucket(periods, numberOf(index * bucketMs - from, periodMs)).merge(values);
    if (end - first > buckets.size) {
      for (const [index, values] of buckets) if (index >= first && index < end) take(index, values);
      return;
    }
    for (let index = first; index < end; index++) {
      const values = buckets.get(index);
      if (values) take(index, values);
    }
  }

  private clearUp(minute: number): void {
    this.cleared = minute;
    const { secondMs, minuteMs, seconds, retentionMs } = this.resolution;
    const youngest = numberOf(minute * minuteMs, secondMs) - seconds;
    for (const [second, values] of this.seconds) {
      if (second >= youngest) continue;
      bucket(this.minutes, numberOf(second * secondMs, minuteMs)).merge(values);
      this.seconds.delete(second);
    }
    const oldest = minute - Math.ceil(retentionMs / minuteMs);
    for (const each of this.minutes.keys()) if (each < oldest) this.minutes.delete(each);
  }
}

/** Tolerance for rounding errors: a second divided by the time factor may be a fraction of ms, and times since the epoch are large. */
const TOLERANCE_MS = 0.01;

/** Number of the bucket of a time. */
const numberOf = (at: number, bucketMs: number): number => Math.floor((at + TOLERANCE_MS) / bucketMs);

/** Number of the first bucket that begins at a time or after it. */
const firstFrom = (at: number, bucketMs: number): number => Math.ceil((at - TOLERANCE_MS) / bucketMs);

function bucket(buckets: Map<number, Distribution>, index: number): Distribution {
  let values = buckets.get(index);
  if (!values) buckets.set(index, (values = new Distribution()));
  return values;
}
