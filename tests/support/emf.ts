/** Reads the metrics in the log lines of functions. */
import type { LogLine } from '../../emulator/services';

/** A line in the embedded metric format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
export interface EmfLine {
  readonly functionName: string;
  /** The line's own members: dimensions and values by name. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly directives: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string; readonly StorageResolution: number }[];
  }[];
}

export const emfLinesIn = (logs: readonly LogLine[]): EmfLine[] =>
  logs
    .filter(({ text }) => text.includes('"CloudWatchMetrics"'))
    .map(({ functionName, text }) => {
      const { _aws, ...members } = JSON.parse(text) as { _aws: { CloudWatchMetrics: EmfLine['directives'] } };
      return { functionName, members, directives: _aws.CloudWatchMetrics };
    });

/** How often a metric has been counted. */
export const sumOfMetric = (logs: readonly LogLine[], metric: string): number =>
  emfLinesIn(logs).reduce((sum, { members }) => sum + [members[metric] ?? []].flat().reduce((a: number, b) => a + Number(b), 0), 0);

/** One entry per metric and dimension set: `forward-request: Requests by cohort,service`, with the values of the dimensions. */
export function metricsIn(lines: readonly EmfLine[]): { emission: string; name: string; values: readonly unknown[]; line: EmfLine }[] {
  return lines.flatMap((line) =>
    line.directives.flatMap(({ Metrics, Dimensions }) =>
      Metrics.flatMap(({ Name }) =>
        Dimensions.map((names) => ({
          emission: `${String(line.members['service'])}: ${Name} by ${[...names].sort().join(',')}`,
          name: Name,
          values: names.map((name) => line.members[name]),
          line,
        })),
      ),
    ),
  );
}
