import type { MetricStore } from '../metrics/metric-store';

type Recorders<Names extends string> = Readonly<Record<Names, (value: number, at: number) => void>>;

/**
 * Recorders of the metrics that a service has for each of its resources, made when a resource is first heard of.
 * @param units of the metrics, by their names
 * @param setsOf the dimension sets that each of the resource's metrics is published with
 */
export function recorders<Names extends string, Resource extends readonly string[]>(
  store: MetricStore,
  namespace: string,
  units: Readonly<Record<Names, string>>,
  setsOf: (...resource: Resource) => readonly Readonly<Record<string, string>>[],
): (...resource: Resource) => Recorders<Names> {
  const made = new Map<string, Recorders<Names>>();
  return (...resource) => {
    const key = resource.join('\n');
    const known = made.get(key);
    if (known) return known;
    const sets = setsOf(...resource);
    const all = Object.fromEntries(
      Object.entries<string>(units).map(([name, unit]) => {
        const each = sets.map((dimensions) => store.recorder({ namespace, name, dimensions }, unit));
        return [name, (value: number, at: number) => each.forEach((record) => record(value, at))];
      }),
    ) as Recorders<Names>;
    made.set(key, all);
    return all;
  };
}
