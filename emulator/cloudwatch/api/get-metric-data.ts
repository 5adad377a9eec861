/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
import type { MetricQuerySpec, MetricStatSpec } from '../../specs';
import { MathError } from '../math/math-error';
import type { Series } from '../math/math-value';
import { QuerySet } from '../math/query-set';
import type { MetricStore } from '../metrics/metric-store';
import { isPeriod } from '../metrics/period';
import { readSeries } from '../metrics/read-series';
import { KNOWN_STATISTICS, statisticNamed } from '../metrics/statistic';
import { invalid, objects, oneOf, onlyKnown, text, time, type Input } from './parameters';

const MAX_QUERIES = 500;
const MAX_POINTS = 100_800;

export function getMetricData(input: Input, store: MetricStore): object {
  onlyKnown(input, ['MetricDataQueries', 'StartTime', 'EndTime', 'ScanBy', 'LabelOptions']);
  const [start, end] = [time(input, 'StartTime'), time(input, 'EndTime')];
  if (start === undefined || end === undefined || start >= end)
    throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  const scan = oneOf(text(input, 'ScanBy') ?? 'TimestampDescending', 'ScanBy', ['TimestampDescending', 'TimestampAscending']);
  const given = objects(input, 'MetricDataQueries');
  if (given.length === 0 || given.length > MAX_QUERIES) throw invalid(`MetricDataQueries must have 1 to ${MAX_QUERIES} queries.`);
  const queries = given.map(readQuery);
  const set = inAwsWords(() => new QuerySet(queries));

  const results = queries
    .filter(({ returnsData }) => returnsData)
    .map((query) => {
      const periodMs = periodOf(query.id, set);
      const from = Math.floor(start / periodMs) * periodMs;
      const periods = Math.ceil((end - from) / periodMs);
      if (periods > MAX_POINTS) throw invalid(`The time range has ${periods} periods; an answer has ${MAX_POINTS} at most.`);
      const read = (metric: MetricStatSpec): Series => readSeries(store, metric, from, periodMs, periods);
      const values = inAwsWords(() => set.seriesOf(query.id, { periods, read }));
      const points = values.flatMap((value, period) => (value === undefined ? [] : [{ at: from + period * periodMs, value }]));
      if (scan === 'TimestampDescending') points.reverse();
      return {
        Id: query.id,
        Label: query.label ?? query.metric?.name ?? query.id,
        Timestamps: points.map(({ at }) => at / 1000),
        Values: points.map(({ value }) => value),
        StatusCode: 'Complete',
      };
    });
  return { MetricDataResults: results, Messages: [] };
}

function readQuery(query: Input): MetricQuerySpec {
  onlyKnown(query, ['Id', 'Label', 'Expression', 'MetricStat', 'ReturnData', 'Period']);
  const [id = '', label, expression] = [text(query, 'Id'), text(query, 'Label'), text(query, 'Expression')];
  const metricStat = query['MetricStat'] as Input | undefined;
  if ((expression === undefined) === (metricStat === undefined))
    throw invalid(`The query ${id} needs either an Expression or a MetricStat.`);
  return {
    id,
    returnsData: query['ReturnData'] !== false,
    ...(label !== undefined && { label }),
    ...(expression !== undefined && { expression }),
    ...(metricStat && { metric: readMetricStat(metricStat) }),
  };
}

function readMetricStat(stat: Input): MetricStatSpec {
  onlyKnown(stat, ['Metric', 'Period', 'Stat', 'Unit']);
  const metric = (stat['Metric'] ?? {}) as Input;
  const [namespace, name, statistic, unit] = [
    text(metric, 'Namespace'),
    text(metric, 'MetricName'),
    text(stat, 'Stat'),
    text(stat, 'Unit'),
  ];
  const seconds = stat['Period'];
  if (namespace === undefined || name === undefined) throw invalid('A metric needs a Namespace and a MetricName.');
  if (statistic === undefined || !statisticNamed(statistic)) {
    throw invalid(`The local cloud does not compute the statistic ${statistic ?? 'that is missing'}; it knows ${KNOWN_STATISTICS}.`);
  }
  if (typeof seconds !== 'number' || !isPeriod(seconds)) throw invalid('Period must be 1, 5, 10, 20, 30 or a multiple of 60.');
  const dimensions = objects(metric, 'Dimensions').map((dimension) => [text(dimension, 'Name'), text(dimension, 'Value')]);
  return {
    namespace,
    name,
    dimensions: Object.fromEntries(dimensions) as Record<string, string>,
    statistic,
    periodMs: seconds * 1000,
    ...(unit !== undefined && { unit }),
  };
}

/** The period of an expression is that of its metrics. They must all have the same period here; AWS can combine different periods. */
function periodOf(id: string, set: QuerySet): number {
  const [periodMs, another] = new Set(set.metricsOf(id).map((metric) => metric.periodMs));
  if (periodMs === undefined) throw invalid(`The expression ${id} uses no metric.`);
  if (another !== undefined)
    throw invalid(`The expression ${id} uses metrics with different periods, which the local cloud does not support.`);
  return periodMs;
}

function inAwsWords<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof MathError)) throw error;
    throw invalid(`Error in expression: ${error.message}`);
  }
}
