import type { MetricId, MetricPoint, MetricQuery, Metrics } from '../../observations';
import type { Logger } from '../../services';
import type { Distribution } from './distribution';
import { MetricSeries, type Resolution } from './metric-series';
import { KNOWN_STATISTICS, statisticNamed } from './statistic';

export interface MetricStoreOptions {
  /** Divides the lengths of the second and minute buckets, as it divides the periods of alarms. */
  readonly timeFactor?: number;
  readonly log?: Logger;
  /** In ms since the epoch. */
  readonly now?: () => number;
}

export interface Datum extends MetricId {
  readonly value: number;
  /** In ms since the epoch. */
  readonly at: number;
  readonly unit: string;
  /** True: the value is kept per second instead of per minute. */
  readonly highResolution?: boolean;
}

/** This store keeps seconds for 15 minutes and minutes for three hours. AWS keeps seconds for three hours and minutes for 15 days. */
const KEPT_SECONDS = 900;
const RETENTION_MS = 3 * 60 * 60 * 1000;
/** Greatest number of metrics; further metrics are not kept. With so many, some dimension must have unlimited values. */
const MAX_METRICS = 5000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const MAX_AHEAD_MS = 2 * 60 * 60 * 1000;

/** All metrics of the local cloud. Values are aggregated when they arrive, and kept in memory only. */
export class MetricStore implements Metrics {
  private readonly byKey = new Map<string, MetricSeries>();
  private readonly resolution: Resolution;
  private full = false;

  constructor(private readonly options: MetricStoreOptions = {}) {
    const { timeFactor = 1 } = options;
    this.resolution = {
      secondMs: 1000 / timeFactor,
      minuteMs: 60_000 / timeFactor,
      seconds: KEPT_SECONDS,
      retentionMs: RETENTION_MS,
    };
  }

  add(datum: Datum): void {
    const { value, at, unit, highResolution = false } = datum;
    const now = (this.options.now ?? Date.now)();
    if (at < now - RETENTION_MS || at > now + MAX_AHEAD_MS) return;
    this.seriesOf(datum, unit)?.add(value, at, highResolution);
  }

  /**
   * A recorder for values of one metric: faster than `add` for many values.
   * @returns a function that takes a value and its time in ms since the epoch
   */
  recorder(id: MetricId, unit: string): (value: number, at: number) => void {
    let series: MetricSeries | undefined;
    return (value, at) => {
      series ??= this.seriesOf(id, unit);
      series?.add(value, at, false);
    };
  }

  list(): readonly (MetricId & { readonly unit: string })[] {
    return [...this.byKey.values()].map(({ id, unit }) => ({ ...id, unit }));
  }

  /** @throws RangeError for a statistic that the local cloud does not compute */
  read({ statistic, from, periodMs, ...query }: MetricQuery): readonly MetricPoint[] {
    const value = statisticNamed(statistic);
    if (!value) throw new RangeError(`there is no statistic "${statistic}" in the local cloud; it has ${KNOWN_STATISTICS}`);
    return [...this.readValues({ ...query, from, periodMs })]
      .sort(([a], [b]) => a - b)
      .map(([period, values]) => ({ at: from + period * periodMs, value: value(values) }));
  }

  /**
   * The values by period; periods are numbered from `from` on.
   * @param unit the required unit; if missing, any unit
   */
  readValues({ from, to, periodMs, unit, ...id }: Omit<MetricQuery, 'statistic'> & { readonly unit?: string }): Map<number, Distribution> {
    const series = this.byKey.get(keyOf(id));
    if (!series || (unit !== undefined && unit !== series.unit)) return new Map();
    return series.read(from, to, periodMs);
  }

  private seriesOf(id: MetricId, unit: string): MetricSeries | undefined {
    const key = keyOf(id);
    const known = this.byKey.get(key);
    if (known) return known;
    if (this.byKey.size >= MAX_METRICS) {
      if (!this.full)
        this.options.log?.warn(`the local cloud keeps ${MAX_METRICS} metrics at most; new metrics, such as ${id.name}, are not kept`);
      this.full = true;
      return undefined;
    }
    const { namespace, name, dimensions } = id;
    const series = new MetricSeries({ namespace, name, dimensions }, unit, this.resolution);
    this.byKey.set(key, series);
    return series;
  }
}

const keyOf = ({ namespace, name, dimensions }: MetricId): string => `${namespace}\n${name}${keyOfSet(dimensions)}`;

/** Cache, because the key is needed for every value. The metrics of a log line share their dimension sets. */
const keysOfSets = new WeakMap<MetricId['dimensions'], string>();

/** The key does not depend on the order of the dimensions. */
function keyOfSet(dimensions: MetricId['dimensions']): string {
  let key = keysOfSets.get(dimensions);
  if (key !== undefined) return key;
  key = '';
  for (const dimension of Object.keys(dimensions).sort()) key += `\n${dimension}=${dimensions[dimension]}`;
  keysOfSets.set(dimensions, key);
  return key;
}
