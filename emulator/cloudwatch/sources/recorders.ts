import type { MetricStore } from '../metrics/metric-store';

type Recorders<Names extends string> = Readonly<Record<Names, (value: number, at: number) => void>>;

/**
 * Recorders for the metrics that a service has for each of its resources. They are created when a resource is first used.
 * @param units units of the metrics, by name
 * @param setsOf the dimension sets of each metric of a resource
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
