import os from 'node:os';
import type { Table } from '../report/tables';
import { markdownTable } from '../../cli/text-table';
import type { LocalBenchResult, LocalRun } from './local-bench';

/** Processes whose CPU time is always listed in `--json`; the first columns of the table. */
const PROCESSES = ['emulator', 'forward-request', 'receive-message', 'agent'] as const;

export const perSecond = ({ answeredInTime, seconds }: LocalRun): number => answeredInTime / seconds;
export const failed = ({ requests, answered }: LocalRun): number => requests - answered;

/** CPU time by process, in ms per answered request; undefined if a run has no CPU times. */
function cpuMsPerRequest(runs: readonly LocalRun[]): Readonly<Record<string, number>> | undefined {
  const answered = runs.reduce((sum, each) => sum + each.answered, 0);
  const used = runs.flatMap(({ processes }) => (processes ? [processes.cpuMs] : []));
  if (answered === 0 || used.length < runs.length) return undefined;
  const names = new Set([...PROCESSES, ...used.flatMap(Object.keys)]);
  return Object.fromEntries([...names].map((name) => [name, used.reduce((sum, each) => sum + (each[name] ?? 0), 0) / answered]));
}

export function localTables({ runs }: LocalBenchResult): Table[] {
  const ms = (value: number): string => value.toFixed(0);
  const visits: Table = {
    title: 'Throughput and response times',
    header: ['concurrent', 'requests a second', 'p50, ms', 'p99, ms', 'requests', 'failed', 'environments', 'started during the run'],
    rows: runs.map((run) => [
      String(run.concurrent),
      perSecond(run).toFixed(1),
      ...(run.answered > 0 ? [ms(run.times.percentile(50)), ms(run.times.percentile(99))] : ['-', '-']),
      String(run.requests),
      failuresText(run),
      ...(run.processes ? [run.processes.environments, run.processes.environmentsStarted].map(String) : ['-', '-']),
    ]),
  };
  return [visits, ...(runs.every(({ processes }) => processes) ? [cpuTable(runs), memoryTable(runs)] : [])];
}

function failuresText(run: LocalRun): string {
  const kinds = Object.entries(run.failures).map(([kind, count]) => `${count} × ${kind}`);
  return kinds.length === 0 ? '0' : `${failed(run)} (${kinds.join(', ')})`;
}

function cpuTable(runs: readonly LocalRun[]): Table {
  const all = cpuMsPerRequest(runs) ?? {};
  const names = Object.keys(all);
  const row = (title: string, some: readonly LocalRun[]): string[] => {
    const figures = cpuMsPerRequest(some);
    return [title, ...names.map((name) => (figures ? (figures[name] ?? 0).toFixed(1) : '-'))];
  };
  return {
    title: 'CPU time a request, in ms, cold starts included',
    header: ['concurrent', ...names],
    rows: [...runs.map((run) => row(String(run.concurrent), [run])), row('all', runs)],
  };
}

function memoryTable(runs: readonly LocalRun[]): Table {
  const mb = (value = 0): string => value.toFixed(0);
  return {
    title: 'Memory at the end of the run, in MB',
    header: ['concurrent', 'emulator', 'environments', 'agent'],
    rows: runs.map(({ concurrent, processes }) => {
      const { emulator, environments, agent } = processes?.memoryMb ?? {};
      return [String(concurrent), mb(emulator), mb(environments), mb(agent)];
    }),
  };
}

/** Facts that no table shows, one sentence each. */
export function localNotes({ readySeconds, firstVisitMs, warnings, runs }: LocalBenchResult): string[] {
  return [
    `npm start was ready in ${readySeconds.toFixed(1)} s, and the first visitor got an answer in ${firstVisitMs.toFixed(0)} ms.`,
    warnings.length === 0
      ? 'Emulator and agent printed no warnings.'
      : `Emulator and agent printed ${warnings.length} warnings, the first one: ${warnings[0]}`,
    ...(runs.some(({ processes }) => !processes) ? ['This system has no /proc: environments, CPU time and memory are not known.'] : []),
  ];
}

/** Every figure as numbers, null where one is not known; times in ms. */
export function localJson(result: LocalBenchResult): object {
  const { startedAt, readySeconds, firstVisitMs, warnings, runs, options } = result;
  const perRequest = cpuMsPerRequest(runs);
  return {
    startedAt: startedAt.toISOString(),
    secondsPerRun: options.seconds,
    readySeconds,
    firstVisitMs,
    runs: runs.map((run) => ({
      concurrent: run.concurrent,
      perSecond: perSecond(run),
      p50Ms: run.answered > 0 ? run.times.percentile(50) : null,
      p99Ms: run.answered > 0 ? run.times.percentile(99) : null,
      failed: failed(run),
      environments: run.processes?.environments ?? null,
      environmentsStarted: run.processes?.environmentsStarted ?? null,
      requests: run.requests,
      failures: run.failures,
      cpuMsPerRequest: cpuMsPerRequest([run]) ?? null,
      memoryMb: run.processes?.memoryMb ?? null,
    })),
    cpuMsPerRequest: perRequest ?? Object.fromEntries(PROCESSES.map((name) => [name, null])),
    warnings,
  };
}

/** The report that is kept. @param plot its file, beside the report */
export function localReport(result: LocalBenchResult, plot: string): string {
  const { options, startedAt } = result;
  const sections = [
    '# How much traffic `npm start` carries on one machine',
    `Concurrent visitors of the demo service's home page, ${options.seconds} s for each number of them, through \`npm start\` with its defaults (mode \`direct\`). Each visitor sends the next request as soon as the answer has come, and gives up after 10 s. The agent ran in a process of its own, so that its CPU time can be distinguished from the emulator's; visitors (autocannon) and demo service shared another process on the same cores. The figures show what one machine carries; they show nothing about AWS.`,
    `Made on ${startedAt.toISOString().slice(0, 10)} on ${os.cpus().length} cores (${os.cpus()[0]?.model.trim() ?? 'unknown'}), ${(os.totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.versions.node}. ${localNotes(result).join(' ')}`,
    `![Requests a second and response times by concurrent visitors](${plot})`,
    ...localTables(result).map(({ title, header, rows }) => `## ${title}\n\n${markdownTable(header, rows)}`),
    '`failed` counts requests that were not answered with 2xx: another status, a time-out, or a connection that ended. `environments` are the execution environments that were started since `npm start` began.',
    `## How to repeat this run\n\n\`npm run bench:local -- --seconds ${options.seconds} --concurrent ${options.concurrent.join(',')}\``,
  ];
  return `${sections.join('\n\n')}\n`;
}
