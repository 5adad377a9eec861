import { metricNamespace, METRICS, type Metric, type MetricName } from '../../functions/metric-names';
import type { FunctionName } from '../../functions/settings';
import { AWS_METRICS } from './aws-metrics';

/** `p50` and `p99` are percentiles. */
export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | `p${number}`;

/** One metric with its complete dimension set, and the statistic to read. */
export interface MetricReference {
  /** The namespace of an AWS service. Left out for a metric of our functions, which is in the namespace of the environment. */
  readonly namespace?: string;
  readonly name: string;
  /** Values may be references to resources. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: Statistic;
}

/** A metric or dimension set that neither this project's functions emit nor AWS publishes. */
export class UnknownMetricError extends Error {
  override readonly name = 'UnknownMetricError';
}

/**
 * A metric that a function of this project emits.
 * @param by the other dimensions of the set, without `service`
 * @throws UnknownMetricError for a function or a set that functions/metric-names.ts does not name
 */
export function emitted(
  name: MetricName,
  service: FunctionName,
  statistic: Statistic,
  by: Readonly<Record<string, string>> = {},
): MetricReference {
  const metric: Metric = METRICS[name];
  const isEmitted = metric.from.includes(service) && metric.by.some((set) => haveSame(set, Object.keys(by)));
  if (!isEmitted) {
    throw new UnknownMetricError(
      `${service} does not emit ${name} with the dimensions [${Object.keys(by).join(', ')}]: use a set of functions/metric-names.ts`,
    );
  }
  return { name, dimensions: { service, ...by }, statistic };
}

/**
 * An expression for the dashboard: a metric of every function that emits it, with every value of the dimension. Alarms cannot search.
 * @throws UnknownMetricError as `emitted` does
 */
export function everyValueOf(name: MetricName, environment: string, statistic: Statistic, dimension: string): string {
  emitted(name, METRICS[name].from[0], statistic, { [dimension]: '' });
  return `SEARCH('{"${metricNamespace(environment)}",${dimension},service} MetricName="${name}"', '${statistic}', 60)`;
}

/**
 * A metric that AWS publishes.
 * @throws UnknownMetricError for a metric that modules/alarms/aws-metrics.ts does not name
 */
export function published(
  namespace: string,
  name: string,
  statistic: Statistic,
  dimensions: Readonly<Record<string, string>>,
): MetricReference {
  const isPublished = AWS_METRICS.some(
    (metric) => metric.namespace === namespace && metric.name === name && haveSame(metric.dimensions, Object.keys(dimensions)),
  );
  if (!isPublished) {
    throw new UnknownMetricError(
      `${namespace} does not publish ${name} with the dimensions [${Object.keys(dimensions).join(', ')}]: use a metric of modules/alarms/aws-metrics.ts`,
    );
  }
  return { namespace, name, dimensions, statistic };
}

/** The namespace of a metric in CloudWatch. @param environment the environment whose alarm or dashboard reads the metric */
export const namespaceOf = ({ namespace }: MetricReference, environment: string): string => namespace ?? metricNamespace(environment);

/** A metric of a Lambda function. @param functionName its name in AWS */
export const ofFunction = (name: string, functionName: string, statistic: Statistic = 'Sum'): MetricReference =>
  published('AWS/Lambda', name, statistic, { FunctionName: functionName });

const haveSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));
