/**
 * Powertools' Metrics as the table of metrics says: what a function counts is written with exactly the dimension sets that stand
 * there, all that share sets and values in one line (EMF). Nothing here can fail a request.
 */
import { Metrics, MetricResolution } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, METRICS, type MetricName } from './metric-names';

type DimensionName<N extends MetricName> = (typeof METRICS)[N]['by'][number][number];
type Dimensions<N extends MetricName> = { readonly [D in DimensionName<N>]: string };
/** Metrics that a function emits as a whole, without dimensions of their own. */
type PlainMetricName = { [N in MetricName]: [DimensionName<N>] extends [never] ? N : never }[MetricName];

interface Store {
  readonly metrics: Metrics;
  /** What each dimension set has beside what all of them have. */
  readonly sets: readonly Readonly<Record<string, string>>[];
}

/** By dimension sets and their values: as many as there are cohorts, modes and reasons. */
const stores = new Map<string, Store>();

/** Adds to a metric. @param value in the metric's unit, see METRICS */
export const count = (name: PlainMetricName, value = 1): void => add(name, {}, value);

/** Adds to a metric that has dimensions. @param value in the metric's unit, see METRICS */
export const countBy = <N extends MetricName>(name: N, dimensions: Dimensions<N>, value = 1): void => add(name, dimensions, value);

/** Properties of this invocation's lines: no dimensions, so that they make no metric, but a line is found by them. */
let properties: Readonly<Record<string, string>> = {};

export function nameLines(more: Readonly<Record<string, string>>): void {
  properties = { ...properties, ...more };
}

/** Writes what was counted, one line for each way of counting; meant for the end of an invocation. */
export function publishMetrics(): void {
  for (const { metrics, sets } of stores.values()) {
    if (!metrics.hasStoredMetrics()) continue;
    // Publishing forgets them.
    for (const set of sets) metrics.addDimensions(set);
    for (const [name, value] of Object.entries(properties)) metrics.addMetadata(name, value);
    metrics.publishStoredMetrics();
  }
  properties = {};
}

function add(name: MetricName, dimensions: Readonly<Record<string, string>>, value: number): void {
  const sets: readonly (readonly string[])[] = METRICS[name].by;
  const key = JSON.stringify([sets, dimensions]);
  let store = stores.get(key);
  if (!store) stores.set(key, (store = newStore(sets, dimensions)));
  store.metrics.addMetric(name, METRICS[name].unit, value, MetricResolution.High);
}

/**
 * Each `addDimensions` is a set of its own to Powertools (2.3x; it once widened the one set), which joins the defaults to it, and
 * warns of a name that stands in two sets. So what all sets share are defaults.
 */
function newStore(sets: readonly (readonly string[])[], dimensions: Readonly<Record<string, string>>): Store {
  const pick = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, dimensions[name] ?? '']));
  const shared = (sets[0] ?? []).filter((name) => sets.every((set) => set.includes(name)));
  return {
    metrics: new Metrics({ namespace: METRIC_NAMESPACE, defaultDimensions: pick(shared) }),
    sets: sets.map((set) => pick(set.filter((name) => !shared.includes(name)))),
  };
}
