import type { LatencyFigures } from '../emulator/latency/aws-latency';
import { latencyTable } from '../bench/report/latency-words';
import { markdownTable, textTable } from '../cli/text-table';
import type { Finding, ProbeResult } from './probe';

const verdict = ({ holds }: Finding): string => (holds === undefined ? 'not seen' : holds ? 'holds' : 'DOES NOT HOLD');

export const isAsAssumed = ({ findings }: ProbeResult): boolean => findings.every(({ holds }) => holds !== false);

const measuredIn = (figures: LatencyFigures): number => Object.values(figures).filter(({ basis }) => basis === 'measured').length;

/** One sentence. */
export function summary({ figures, findings }: ProbeResult): string {
  const count = (wanted: boolean | undefined): number => findings.filter(({ holds }) => holds === wanted).length;
  const unseen = count(undefined);
  return `${count(true)} of ${findings.length} assumptions hold, ${count(false)} do not${unseen > 0 ? `, ${unseen} could not be seen` : ''}; ${measuredIn(figures)} of ${Object.keys(figures).length} latencies were measured.`;
}

export function textReport(result: ProbeResult): string {
  const figures = Object.entries(result.figures).map(([name, { medianMs, p99Ms, basis }]) => [name, ms(medianMs), ms(p99Ms), basis]);
  const findings = result.findings.map((finding) => `${verdict(finding).padEnd(13)}  ${finding.assumption}${evidence(finding)}`);
  return [textTable(['', 'median, ms', 'p99, ms', 'basis'], figures), '', ...findings, '', summary(result)].join('\n');
}

/** What was seen is worth a line when it is not as assumed. */
const evidence = ({ holds, seen, reliedOn }: Finding): string =>
  holds === true ? '' : `\n${' '.repeat(15)}seen: ${seen}; relied on by ${reliedOn}`;

export function markdownReport(result: ProbeResult): string {
  const rows = result.findings.map((finding) => [code(finding.assumption), code(finding.reliedOn), code(finding.seen), verdict(finding)]);
  return `${[
    `# What was measured of ${result.environment}`,
    `${result.startedAt.toISOString()}. ${summary(result)}`,
    `## Latencies\n\n${latencyTable(result.figures)}`,
    `## Assumptions\n\n${markdownTable(['assumption', 'relied on by', 'seen', ''], rows, 'left')}`,
  ].join('\n\n')}\n`;
}

/** Text that Markdown leaves as it is, inside a table. */
const code = (text: string): string => text.replaceAll(/[|*_[\]<>`\\]/g, (char) => `\\${char}`);

const ms = (value: number): string => value.toFixed(1);
