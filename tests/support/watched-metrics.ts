import { metricNamespace, METRICS, type Metric } from '../../functions/metric-names';
import { AWS_METRICS } from '../../modules/alarms/aws-metrics';
import type { Attributes, InfraStack } from './infra-stack';

/** A metric that an alarm or the dashboard reads. */
export interface WatchedMetric {
  /** The reader: address of the alarm, or title of the dashboard widget. */
  readonly by: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
  readonly periodSeconds: number;
}

/** Reads a metric from the JSON of an alarm or of one of its queries. */
function toMetric(by: string, json: Attributes): WatchedMetric {
  return {
    by,
    namespace: json['namespace'] as string,
    name: json['metric_name'] as string,
    dimensions: json['dimensions'] as Record<string, string>,
    statistic: (json['stat'] ?? json['statistic']) as string,
    periodSeconds: json['period'] as number,
  };
}

/** The metrics that the stack's alarms read. */
export const metricsOfAlarms = (stack: InfraStack): WatchedMetric[] =>
  stack.resources('aws_cloudwatch_metric_alarm').flatMap(([address, alarm]) => {
    const queries = alarm['metric_query'] as Attributes[] | undefined;
    if (!queries) return [toMetric(address, alarm)];
    return queries.flatMap(({ metric }) => (metric ? [toMetric(address, metric as Attributes)] : []));
  });

export interface DashboardWidget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly period?: number;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
}

export function widgetsOf(stack: InfraStack): DashboardWidget[] {
  const { dashboard_body: body } = stack.resource('aws_cloudwatch_dashboard.dashboard');
  return (JSON.parse(body as string) as { widgets: DashboardWidget[] }).widgets;
}

/** `SEARCH('{"Namespace",dimension,…} MetricName="Name"', …)`: every metric with this name and this dimension set. */
const SEARCH = /SEARCH\('\{"([\w/-]+)",([\w,]+)\} MetricName="(\w+)"', '(\w+)'/;

/** The metrics that the stack's dashboard reads. For a search, the values of the dimensions are `*`. */
export const metricsOfDashboard = (stack: InfraStack): WatchedMetric[] =>
  widgetsOf(stack).flatMap(({ properties: { title = '', metrics = [], period = 0 } }) =>
    metrics.flatMap((row): WatchedMetric[] => {
      const by = `dashboard: ${title}`;
      const options = row.at(-1) as { stat?: string; expression?: string };
      if (options.expression !== undefined) {
        const [, namespace, set, name, statistic] = SEARCH.exec(options.expression) ?? [];
        if (namespace === undefined || set === undefined || name === undefined || statistic === undefined) return [];
        const dimensions = Object.fromEntries(set.split(',').map((dimension) => [dimension, '*']));
        return [{ by, namespace, name, dimensions, statistic, periodSeconds: period }];
      }
      const [namespace, name, ...pairs] = row.slice(0, -1) as string[];
      const dimensions = Object.fromEntries(pairs.flatMap((key, i) => (i % 2 === 0 ? [[key, pairs[i + 1] ?? '']] : [])));
      return [
        {
          by,
          namespace: namespace ?? '',
          name: name ?? '',
          dimensions,
          statistic: options.stat ?? '',
          periodSeconds: period,
        },
      ];
    }),
  );

const setOf = (dimensions: readonly string[]): string => [...dimensions].sort().join(',');

/** Metrics that this project's code emits, one text per metric, function and dimension set. */
const emittedSets = (): string[] =>
  Object.entries(METRICS as Record<string, Metric>).flatMap(([name, { from, by }]) =>
    from.flatMap((service) => by.map((set) => `${name} of ${service} by ${setOf(set) || 'nothing else'}`)),
  );

function emittedSetsOf({ namespace, name, dimensions }: WatchedMetric): string[] {
  if (!namespace.startsWith(metricNamespace(''))) return [];
  const { service, ...others } = dimensions;
  const set = setOf(Object.keys(others)) || 'nothing else';
  const services = service === '*' ? ((METRICS as Record<string, Metric>)[name]?.from ?? []) : [service ?? 'nobody'];
  return services.map((one) => `${name} of ${one} by ${set}`);
}

const isPublished = ({ namespace, name, dimensions }: WatchedMetric): boolean =>
  AWS_METRICS.some(
    (metric) => metric.namespace === namespace && metric.name === name && setOf(metric.dimensions) === setOf(Object.keys(dimensions)),
  );

/** Metrics that are read but never emitted, each with its reader. */
export const unknownMetrics = (read: readonly WatchedMetric[]): string[] =>
  read
    .filter((metric) => {
      const sets = emittedSetsOf(metric);
      return sets.length > 0 ? !sets.every((set) => emittedSets().includes(set)) : !isPublished(metric);
    })
    .map(({ by, namespace, name, dimensions }) => `${by} reads ${namespace} ${name} ${JSON.stringify(dimensions)}`);

/** Metrics of this project's code that nobody reads. */
export function unreadMetrics(read: readonly WatchedMetric[]): string[] {
  const seen = new Set(read.flatMap(emittedSetsOf));
  return emittedSets().filter((set) => !seen.has(set));
}

/** Rows of the table of AWS's metrics that nobody reads. */
export const unreadAwsMetrics = (read: readonly WatchedMetric[]): string[] =>
  AWS_METRICS.filter(
    ({ namespace, name, dimensions }) =>
      !read.some(
        (metric) => metric.namespace === namespace && metric.name === name && setOf(Object.keys(metric.dimensions)) === setOf(dimensions),
      ),
  ).map(({ namespace, name }) => `${namespace} ${name}`);
