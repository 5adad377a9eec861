/**
 * The embedded metric format: metrics in log lines.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { Datum } from './metric-store';

/** The metrics of a log line, and the reasons why parts of the line cannot be used. */
export interface ParsedEmfLine {
  readonly data: readonly Datum[];
  readonly problems: readonly string[];
}

const MAX_METRICS = 100;
const MAX_VALUES = 100;
const MAX_DIMENSIONS = 30;
const NONE: ParsedEmfLine = { data: [], problems: [] };

type Members = Readonly<Record<string, unknown>>;

/** @returns undefined for a line without metrics; only JSON objects with a member `_aws` have metrics */
export function parseEmf(text: string): ParsedEmfLine | undefined {
  if (!text.startsWith('{') || !text.includes('"_aws"')) return undefined;
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // For CloudWatch, a line that is not JSON is plain text.
    return undefined;
  }
  const metadata = (root as Members)['_aws'];
  if (!isObject(metadata)) return undefined;
  const { Timestamp: at, CloudWatchMetrics: directives } = metadata;
  if (directives === undefined) return NONE;
  if (typeof at !== 'number' || !Number.isInteger(at) || at < 0) return broken('_aws.Timestamp is not a time in ms');
  if (!Array.isArray(directives)) return broken('_aws.CloudWatchMetrics is not an array');
  const lines = directives.map((directive: unknown) => readDirective(directive, root as Members, at));
  return { data: lines.flatMap(({ data }) => data), problems: lines.flatMap(({ problems }) => problems) };
}

const broken = (problem: string): ParsedEmfLine => ({ data: [], problems: [problem] });

function readDirective(directive: unknown, root: Members, at: number): ParsedEmfLine {
  if (!isObject(directive)) return broken('a metric directive is not an object');
  const { Namespace: namespace, Dimensions: dimensions, Metrics: metrics } = directive;
  if (typeof namespace !== 'string' || namespace === '') return broken('a metric directive has no Namespace');
  if (!Array.isArray(dimensions)) return broken(`${namespace}: Dimensions is not an array`);
  if (!Array.isArray(metrics) || metrics.length > MAX_METRICS)
    return broken(`${namespace}: Metrics is not an array of up to ${MAX_METRICS}`);

  const problems: string[] = [];
  // If there is no dimension set, the metric has no dimensions.
  const sets = (dimensions.length === 0 ? [[]] : (dimensions as unknown[])).flatMap((set) => {
    const read = readDimensions(set, root);
    if (typeof read !== 'string') return [read];
    problems.push(`${namespace}: ${read}`);
    return [];
  });
  const data = (metrics as unknown[]).flatMap((metric) => {
    const read = readMetric(metric, root);
    if (typeof read === 'string') {
      problems.push(`${namespace}: ${read}`);
      return [];
    }
    const { values, ...rest } = read;
    return sets.flatMap((set) => values.map((value) => ({ namespace, ...rest, dimensions: set, value, at })));
  });
  return { data, problems };
}

/** The dimension set with its values, or an error message. */
function readDimensions(set: unknown, root: Members): Record<string, string> | string {
  if (!Array.isArray(set) || set.length > MAX_DIMENSIONS) return `a dimension set is not an array of up to ${MAX_DIMENSIONS}`;
  const values: Record<string, string> = {};
  for (const name of set as unknown[]) {
    const value = typeof name === 'string' ? root[name] : undefined;
    if (typeof name !== 'string' || typeof value !== 'string' || value === '') {
      return `the log line has no text for the dimension ${JSON.stringify(name)}`;
    }
    values[name] = value;
  }
  return values;
}

interface EmfMetric {
  readonly name: string;
  readonly unit: string;
  readonly highResolution: boolean;
  readonly values: readonly number[];
}

function readMetric(metric: unknown, root: Members): EmfMetric | string {
  if (!isObject(metric) || typeof metric['Name'] !== 'string') return 'a metric has no Name';
  const { Name: name, Unit: unit = 'None', StorageResolution: resolution = 60 } = metric;
  if (typeof unit !== 'string') return `${name}: Unit is not text`;
  if (resolution !== 1 && resolution !== 60) return `${name}: StorageResolution is neither 1 nor 60`;
  const given: unknown = root[name];
  const values: unknown[] = Array.isArray(given) ? given : [given];
  if (values.length > MAX_VALUES || !values.every((value) => typeof value === 'number')) {
    return `${name} is neither a number nor an array of up to ${MAX_VALUES} numbers in the log line`;
  }
  return { name, unit, highResolution: resolution === 1, values: values };
}

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
