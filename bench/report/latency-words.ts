import type { LatencyFigures } from '../../emulator/latency/aws-latency';
import type { LatencyProfile } from '../../emulator/latency/latency-profile';
import { markdownTable } from '../../cli/text-table';

/** The end of a report's title. */
export function underLatencies({ name, figures, file }: LatencyProfile): string {
  if (!figures) return 'without latencies';
  return file === undefined ? "under AWS's latencies" : `under the latencies of the profile ${name}`;
}

/** What a reader may conclude from times under this profile. */
export function latencyCaveat({ name, figures, file }: LatencyProfile): string {
  if (!figures) return "The services add no latency: the times are those of this project's code and of the local cloud.";
  const advice = 'compare the contenders with each other, and do not rely on the absolute times.';
  if (file === undefined)
    return `The services have the latencies of the profile \`${name}\`, which was not measured on AWS for this project: ${advice}`;
  const all = Object.values(figures);
  const measured = all.filter(({ basis }) => basis === 'measured').length;
  return `The services have the latencies of the profile \`${name}\`, of whose ${all.length} figures ${measured} were measured: ${advice}`;
}

/** The command-line option that chooses this profile. */
export const latencyFlag = ({ name, file }: LatencyProfile): string => `--latency ${file ?? name}`;

/** Every figure of a profile, with its basis and its source. */
export function latencyTable(figures: LatencyFigures): string {
  const rows = Object.entries(figures).map(([operation, { medianMs, p99Ms, basis, source }]) => [
    operation,
    String(medianMs),
    String(p99Ms),
    basis,
    source,
  ]);
  return markdownTable(['', 'median, ms', 'p99, ms', 'basis', 'source'], rows);
}
