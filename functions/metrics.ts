/**
 * Writes metrics with Powertools' Metrics. Each metric gets exactly the dimension sets of the table in metric-names.ts. All
 * metrics with the same sets and values are in one line (EMF). Powertools takes the namespace from POWERTOOLS_METRICS_NAMESPACE
 * (modules/function-environment.ts). Nothing here can fail a request.
 */
import { Metrics, MetricResolution } from '@aws-lambda-powertools/metrics';
import { METRICS, type MetricName } from './metric-names';

type DimensionName<N extends MetricName> = (typeof METRICS)[N]['by'][number][number];
type Dimensions<N extends MetricName> = { readonly [D in DimensionName<N>]: string };
/** Metrics without dimensions of their own. */
type PlainMetricName = { [N in MetricName]: [DimensionName<N>] extends [never] ? N : never }[MetricName];

interface Store {
  readonly metrics: Metrics;
  /** The dimensions of each set, without those that all sets share. */
  readonly sets: readonly Readonly<Record<string, string>>[];
}

/** Stores by dimension sets and their values. There are as many as there are combinations of cohorts, modes and reasons. */
const stores = new Map<string, Store>();
/** Metrics with the same dimension sets have the same text here. */
const NAMES_OF_SETS = Object.fromEntries(Object.entries(METRICS).map(([name, { by }]) => [name, JSON.stringify(by)])) as Readonly<
  Record<MetricName, string>
>;

/** Adds to a metric. @param value in the metric's unit, see METRICS */
export const count = (name: PlainMetricName, value = 1): void => add(name, {}, value);

/** Adds to a metric that has dimensions. @param value in the metric's unit, see METRICS */
export const countBy = <N extends MetricName>(name: N, dimensions: Dimensions<N>, value = 1): void => add(name, dimensions, value);

/** Properties of this invocation's lines. They are no dimensions, so they make no further metrics, but lines can be found by them. */
let properties: Readonly<Record<string, string>> = {};

export function nameLines(more: Readonly<Record<string, string>>): void {
  properties = { ...properties, ...more };
}

/** Writes the counted metrics, one line for each store; meant for the end of an invocation. */
export function publishMetrics(): void {
  for (const { metrics, sets } of stores.values()) {
    if (!metrics.hasStoredMetrics()) continue;
    // Publishing clears the dimensions, so they are added each time.
    for (const set of sets) metrics.addDimensions(set);
    for (const [name, value] of Object.entries(properties)) metrics.addMetadata(name, value);
    metrics.publishStoredMetrics();
  }
  properties = {};
}

function add(name: MetricName, dimensions: Readonly<Record<string, string>>, value: number): void {
  const sets: readonly (readonly string[])[] = METRICS[name].by;
  const key = `${NAMES_OF_SETS[name]} ${Object.values(dimensions).join(' ')}`;
  let store = stores.get(key);
  if (!store) stores.set(key, (store = newStore(sets, dimensions)));
  store.metrics.addMetric(name, METRICS[name].unit, value, MetricResolution.High);
}

/**
 * In Powertools 2.3x each call of `addDimensions` adds a dimension set (earlier, it extended the only set). Powertools joins the
 * default dimensions to each set, and warns of a name that is in two sets. So the dimensions that all sets share are defaults.
 */
function newStore(sets: readonly (readonly string[])[], dimensions: Readonly<Record<string, string>>): Store {
  const pick = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, dimensions[name] ?? '']));
  const shared = (sets[0] ?? []).filter((name) => sets.every((set) => set.includes(name)));
  return {
    metrics: new Metrics({ defaultDimensions: pick(shared) }),
    sets: sets.map((set) => pick(set.filter((name) => !shared.includes(name)))),
  };
}
