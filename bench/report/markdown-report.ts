import os from 'node:os';
import type { BenchResult } from '../bench';
import { AWS_LATENCY } from '../../emulator/latency/aws-latency';
import { REQUESTS_PER_TUNNEL_MONTH } from '../cost';
import { PRICES, PRICES_AS_OF } from '../prices';
import { planPromises, targets } from '../verdicts';
import { detailTables, mainTable, verdictTable, type Table } from './tables';
import { markdownTable } from './text-table';

export interface PlotFiles {
  readonly returnTime: string;
  readonly cost: string;
}

/** The report that is kept: what ran, every table, the plots, and which promises hold. */
export function markdownReport(result: BenchResult, plots: PlotFiles): string {
  const { options } = result;
  const underAws = options.latency === 'aws';
  const sections = [
    `# What every way back costs, ${underAws ? "under AWS's latencies" : 'without latencies'}`,
    introduction(result),
    section(mainTable(result)),
    `\`billed\` is the mean billed duration of forward-request, \`reads\` are reads of pending rows per request, \`fell back\` is the share of requests that were not answered their contender's way, \`left\` counts rows at the end. The limit is the shortest way through the same parts, by handlers that do nothing else.`,
    `![Distribution of the return time](${plots.returnTime})`,
    ...detailTables(result).map(section),
    `![Cost by component](${plots.cost})`,
    ...(underAws ? [reached(result), promises(result), latencies()] : []),
    prices(),
    reproduction(result),
  ];
  return `${sections.join('\n\n')}\n`;
}

const section = ({ title, header, rows }: Table): string => `## ${title}\n\n${markdownTable(header, rows)}`;

function introduction({ options, lateness, contenders, startedAt, seconds }: BenchResult): string {
  const { p50, p99, max } = lateness.summary();
  return [
    `${contenders.map(({ name }) => `\`${name}\``).join(', ')} and the limit took turns in blocks of ${options.block} requests, on local clouds that boot from the same stack.`,
    `Arrivals are Poisson at ${options.rate} a second, whether earlier requests have been answered or not; the agent's time is log-normal with median ${options.agentMedian} ms and sigma ${options.agentSigma}; answers have ${options.bytes} bytes; seed ${options.seed}.`,
    `Requests were sent ${p50.toFixed(1)} ms late in the median, ${p99.toFixed(1)} ms at p99, ${max.toFixed(1)} ms at most, and response times count from the planned arrival.`,
    options.latency === 'aws'
      ? 'The services are as slow as the latency profile `aws` says, which nobody has measured on AWS for this project: what holds here is the comparison, not the milliseconds.'
      : 'The services are as quick as the machine: what is left is our own code and the local cloud.',
    `Made on ${startedAt.toISOString().slice(0, 10)} in ${Math.round(seconds / 60)} minutes on ${os.cpus().length} cores (${os.cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}.`,
  ].join('\n');
}

function reached(result: BenchResult): string {
  const note =
    'A ratio of medians leaves the quick contender a few milliseconds for everything that is no AWS: handing an event to a process that was stopped, running its code, two cores for all of it. Where the limit, whose handlers do nothing but the calls, is beyond a bound as well, that is what stands in the way on this machine, as the table of the return path shows; what direct takes beyond the limit is ours.';
  return `${section(verdictTable('What mode direct has to reach', targets(result)))}\n\n${note}`;
}

function promises(result: BenchResult): string {
  const note =
    "The plan compares with a system of 1500 ms and 15 reads a request, which an agent of several seconds would give: with this agent's time polling is not that bad to begin with, and a function that waits for it cannot be billed for less than it takes.";
  return `${section(verdictTable("The plan's own promises", planPromises(result)))}\n\n${note}`;
}

function latencies(): string {
  const rows = Object.entries(AWS_LATENCY).map(([operation, { medianMs, p99Ms, basis, source }]) => [
    operation,
    String(medianMs),
    String(p99Ms),
    basis,
    source,
  ]);
  return `## The latency profile\n\n${markdownTable(['', 'median, ms', 'p99, ms', 'basis', 'source'], rows)}`;
}

function prices(): string {
  const rows = Object.values(PRICES).map(({ usd, per, source }) => [per, `$${(usd * 1e6).toFixed(2)}`, source]);
  return [
    `## Prices\n\nus-east-1, on demand, without free tiers, as of ${PRICES_AS_OF}. A month of 100 tunnels is ${REQUESTS_PER_TUNNEL_MONTH * 100} requests, and 100 agents connected all the time. Not in it: metrics and alarms, which are paid by the month, X-Ray, and data transfer.`,
    markdownTable(['per', 'a million', 'source'], rows),
  ].join('\n\n');
}

function reproduction({ options }: BenchResult): string {
  const flags = [`--latency ${options.latency}`, `--seed ${options.seed}`, `--requests ${options.requests}`, `--rate ${options.rate}`];
  return `## Again\n\n\`npm run bench -- ${flags.join(' ')}\``;
}
