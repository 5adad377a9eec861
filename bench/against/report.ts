import type { Table } from '../report/tables';
import { VISIT_FUNCTIONS } from '../contenders';
import type { AgainstResult, VersionFigures } from './against-bench';

interface Row {
  readonly title: string;
  readonly of: (figures: VersionFigures) => number;
  readonly digits: number;
}

const perVisit =
  (...processes: readonly string[]) =>
  ({ cpuMs, visits }: VersionFigures): number =>
    processes.reduce((sum, name) => sum + (cpuMs[name] ?? 0), 0) / Math.max(1, visits);

const ROWS: readonly Row[] = [
  ...VISIT_FUNCTIONS.map((name) => ({ title: `CPU time of ${name}, ms a visit`, of: perVisit(name), digits: 2 })),
  { title: 'CPU time of both functions, ms a visit', of: perVisit(...VISIT_FUNCTIONS), digits: 2 },
  { title: 'CPU time of the local cloud with its agent, ms a visit', of: perVisit('emulator'), digits: 2 },
  { title: 'duration of a visit, p50, ms', of: ({ times }) => times.percentile(50), digits: 1 },
  { title: 'duration of a visit, p99, ms', of: ({ times }) => times.percentile(99), digits: 1 },
  { title: 'visits a second, one at a time', of: ({ times }) => 1000 / times.summary().mean, digits: 0 },
  { title: 'CPU time of loading both functions, ms', of: ({ loadCpuMs }) => loadCpuMs, digits: 1 },
];

export const againstTable = ({ now, before }: AgainstResult): Table => ({
  title: 'This version against the other one',
  header: ['', 'this', 'other', 'this ÷ other'],
  rows: ROWS.map(({ title, of, digits }) => [
    title,
    of(now).toFixed(digits),
    of(before).toFixed(digits),
    of(before) > 0 ? (of(now) / of(before)).toFixed(2) : '-',
  ]),
});

/** Every figure as numbers. */
export function againstJson({ options, seconds, now, before }: AgainstResult): object {
  const version = (figures: VersionFigures): object => ({
    visits: figures.visits,
    failures: figures.failures,
    ...Object.fromEntries(ROWS.map(({ title, of }) => [title, of(figures)])),
  });
  return { visits: options.visits, rounds: options.rounds, seconds, this: version(now), other: version(before) };
}
