import type { MetricId } from '../../observations';
import { Distribution } from './distribution';

/** How finely a metric is kept; all in ms. */
export interface Resolution {
  /** Of high-resolution metrics. */
  readonly secondMs: number;
  /** Of the others, and of all after a while. */
  readonly minuteMs: number;
  /** Seconds are merged into minutes when they are this many seconds old. */
  readonly seconds: number;
  readonly retentionMs: number;
}

/** One metric: its values by the second as long as they are young, by the minute until they are forgotten. */
export class MetricSeries {
  private readonly seconds = new Map<number, Distribution>();
  private readonly minutes = new Map<number, Distribution>();
  /** Number of the youngest minute that has been cleared up before. */
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

  /** Values from `from` on and before `to`, by period; a period without values is missing. */
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

/** A divided second need not be whole ms, and times since the epoch are so large that little of a double is left for the rest. */
const TOLERANCE_MS = 0.01;

/** Number of the bucket that a time is in. */
const numberOf = (at: number, bucketMs: number): number => Math.floor((at + TOLERANCE_MS) / bucketMs);

/** Number of the first bucket that begins at a time or after it. */
const firstFrom = (at: number, bucketMs: number): number => Math.ceil((at - TOLERANCE_MS) / bucketMs);

function bucket(buckets: Map<number, Distribution>, index: number): Distribution {
  let values = buckets.get(index);
  if (!values) buckets.set(index, (values = new Distribution()));
  return values;
}
