import type { LatencyProfile } from '../../emulator/latency/latency-profile';
import type { BenchResult } from '../bench';
import { REQUESTS_PER_TUNNEL_MONTH } from '../cost';
import { PRICES, PRICES_AS_OF } from '../prices';
import type { Measurement } from '../runner';
import { planPromises, targets } from '../verdicts';
import { latencyCaveat, latencyFlag, latencyTable, underLatencies } from './latency-words';
import { detailTables, mainTable, memoryWords, verdictTable, type Table } from './tables';
import { markdownTable } from '../../cli/text-table';
import { madeOn } from './made-on';

export interface PlotFiles {
  readonly returnTime: string;
  readonly cost: string;
}

/** The report that is kept: what ran, every table, the plots, and which promises hold. */
export function markdownReport(result: BenchResult, plots: PlotFiles): string {
  const { options } = result;
  const { figures } = options.latency;
  const sections = [
    `# Time and cost of each way to return an answer, ${underLatencies(options.latency)}`,
    introduction(result),
    section(mainTable(result)),
    `\`billed\` is the mean billed duration of forward-request, \`reads\` are reads of pending rows per request, \`fell back\` is the share of requests that were answered in another way than their contender's own, \`left\` counts the rows that were left at the end. The limit is the shortest way through the same parts: its handlers make only the necessary calls.`,
    `![Distribution of the return time](${plots.returnTime})`,
    ...detailTables(result).map(section),
    `![Cost by component](${plots.cost})`,
    ...(figures ? [reached(result), promises(result), `## The latency profile\n\n${latencyTable(figures)}`] : []),
    prices(),
    reproduction(result),
  ];
  return `${sections.join('\n\n')}\n`;
}

const section = ({ title, header, rows, note }: Table): string =>
  [`## ${title}`, markdownTable(header, rows), ...(note === undefined ? [] : [note])].join('\n\n');

function introduction({ options, lateness, contenders, startedAt, seconds }: BenchResult): string {
  const { p50, p99, max } = lateness.summary();
  return [
    `${contenders.map(({ name }) => `\`${name}\``).join(', ')} and the limit took turns in blocks of ${options.block} requests, on local clouds that boot from the same stack.`,
    `Arrivals are Poisson at ${options.rate} a second, whether earlier requests have been answered or not; the agent's time is log-normal with median ${options.agentMedian} ms and sigma ${options.agentSigma}; answers have ${options.bytes} bytes; seed ${options.seed}.`,
    `Requests were sent ${p50.toFixed(1)} ms late in the median, ${p99.toFixed(1)} ms at p99, ${max.toFixed(1)} ms at most, and response times count from the planned arrival.`,
    latencyCaveat(options.latency),
    cpuWords(options.latency, contenders),
    madeOn({ startedAt, seconds }),
  ].join('\n');
}

/** Which share of a core the functions had. */
function cpuWords({ cpuShare }: LatencyProfile, [measurement]: readonly Measurement[]): string {
  if (!measurement) return '';
  const words = memoryWords(measurement);
  if (!cpuShare) return `Each function has a whole core, unlike on AWS: ${words}.`;
  return measurement.cpu.some(({ stoppedMs }) => stoppedMs !== undefined)
    ? `Each function has the share of a core that its memory buys: ${words}.`
    : `Each function has a whole core: ${words}, but this system does not tell the CPU time of a process.`;
}

function reached(result: BenchResult): string {
  const note =
    'A ratio of medians leaves the fast contender only a few milliseconds for everything that is not AWS: handing an event to a stopped process and running the code, on two cores. If the limit misses a bound too, this machine is the cause, as the table of the return path shows. The time that direct takes beyond the limit is the time of the code of this project.';
  return `${section(verdictTable('Targets of mode direct', targets(result)))}\n\n${note}`;
}

function promises(result: BenchResult): string {
  const note =
    "The first plan compares with a system that takes 1500 ms and 15 reads for a request, as with an agent that needs several seconds. With this agent's time polling is faster than that from the start, and a function that waits for the agent is billed for at least the agent's time.";
  return `${section(verdictTable("The first plan's promises", planPromises(result)))}\n\n${note}`;
}

function prices(): string {
  const rows = Object.values(PRICES).map(({ usd, per, source }) => [per, `$${(usd * 1e6).toFixed(2)}`, source]);
  return [
    `## Prices\n\nus-east-1, on demand, without free tiers, as of ${PRICES_AS_OF}. A month of 100 tunnels is ${REQUESTS_PER_TUNNEL_MONTH * 100} requests, and 100 agents connected all the time. Not included: metrics and alarms (which AWS bills by the month), X-Ray, and data transfer.`,
    markdownTable(['per', 'a million', 'source'], rows),
  ].join('\n\n');
}

function reproduction({ options }: BenchResult): string {
  const memory = options.memory === undefined ? [] : [`--memory ${options.memory}`];
  const flags = [
    latencyFlag(options.latency),
    ...memory,
    `--seed ${options.seed}`,
    `--requests ${options.requests}`,
    `--rate ${options.rate}`,
  ];
  return `## How to repeat this run\n\n\`npm run bench -- ${flags.join(' ')}\``;
}
