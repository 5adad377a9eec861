import { latencyFlag, underLatencies } from '../report/latency-words';
import { costOf, totalOf, transferCostOf } from '../cost';
import type { Measurement } from '../runner';
import type { Table } from '../report/tables';
import { markdownTable } from '../../cli/text-table';
import { PRICES_AS_OF } from '../prices';
import type { BodiesResult, CaseResult } from './bodies-bench';
import { rateOf, SIZES } from './cases';
import { madeOn } from '../report/made-on';

/** Throughput of one body of the size through the tunnel, without the agent's own time. In MB (10^6 bytes) per second. */
const throughput = (bytes: number, { withoutAgent }: Measurement): number => bytes / 1e6 / (withoutAgent.percentile(50) / 1000);

const caseName = ({ size, direction }: CaseResult): string => `${size} ${direction}`;

function table(result: BodiesResult, title: string, cell: (measurement: Measurement, bytes: number) => string): Table {
  return {
    title,
    header: ['', ...result.options.contenders],
    rows: result.cases.map((each) => [caseName(each), ...each.contenders.map((measurement) => cell(measurement, SIZES[each.size]))]),
  };
}

export function bodiesTables(result: BodiesResult): Table[] {
  const ms = (value: number): string => value.toFixed(0);
  return [
    table(
      result,
      "Whole response without the agent's time, p50 and p99, in ms",
      ({ withoutAgent }) => `${ms(withoutAgent.percentile(50))} / ${ms(withoutAgent.percentile(99))}`,
    ),
    table(result, 'Throughput of one body at the median, in MB a second', (each, bytes) => throughput(bytes, each).toFixed(2)),
    table(result, 'Dollars for a million requests', ({ usage }) => totalOf(costOf(usage)).toFixed(2)),
    table(result, 'S3: part of the dollars above', ({ usage }) => costOf(usage).S3.toFixed(2)),
    table(result, 'DynamoDB: part of the dollars above', ({ usage }) =>
      (costOf(usage)['DynamoDB writes'] + costOf(usage)['DynamoDB reads']).toFixed(2),
    ),
    table(result, 'Not included above: dollars for the data transfer of a million requests to the internet', ({ usage }) =>
      transferCostOf(usage).toFixed(2),
    ),
    table(result, 'Requests, errors, lost answers, rows left over', ({ requests, errors, lost, leftovers }) =>
      [requests, errors, lost, leftovers].join(', '),
    ),
  ];
}

/** Every figure as numbers; times in ms. */
export function bodiesJson(result: BodiesResult): object {
  const { options, startedAt, seconds, lateness } = result;
  return {
    profile: options.latency.name,
    seed: options.seed,
    requests: options.requests,
    startedAt: startedAt.toISOString(),
    seconds,
    latenessMs: lateness.summary(),
    cases: result.cases.map(({ size, direction, contenders }) => ({
      size,
      direction,
      bytes: SIZES[size],
      ratePerSecond: rateOf(SIZES[size], options.rate),
      contenders: Object.fromEntries(
        contenders.map((each) => [
          each.name,
          {
            responseWithoutAgentMs: each.withoutAgent.summary(),
            billedMs: each.billed.summary(),
            megabytesPerSecond: throughput(SIZES[size], each),
            usdPerMillion: totalOf(costOf(each.usage)),
            usdPerMillionByComponent: costOf(each.usage),
            transferUsdPerMillion: transferCostOf(each.usage),
            requests: each.requests,
            cold: each.cold,
            errors: each.errors,
            lost: each.lost,
            leftovers: each.leftovers,
          },
        ]),
      ),
    })),
  };
}

export function bodiesReport(result: BodiesResult): string {
  const { options, startedAt, seconds, lateness } = result;
  const sections = [
    `# Time and cost of bodies of different sizes, ${underLatencies(options.latency)}`,
    [
      `Requests (\`upload\`) and answers (\`download\`) with bodies of ${Object.keys(SIZES).join(', ')}; the other body has 1 KB at most. Each contender had ${options.requests} requests in each case, with Poisson arrivals at ${options.rate} a second, but not more than 4 MB a second; seed ${options.seed}. ${options.contenders.map((name) => `\`${name}\``).join(', ')} took turns case by case, on local clouds that boot from the same stack.`,
      `Requests were sent ${lateness.percentile(50).toFixed(1)} ms late in the median, ${lateness.percentile(99).toFixed(1)} ms at p99; times count from the planned arrival.`,
      "[ADR 0028](../adr/0028-large-bodies-lie-in-a-bucket-for-the-time-of-their-request.md) explains which way a body takes. The times do not include the networks of visitors and agents, which carry each large body once; here these networks are the loopback interface. The times include this machine's own work, because this machine emulates every service.",
      `${madeOn({ startedAt, seconds })} Prices as of ${PRICES_AS_OF} (\`bench/prices.ts\`).`,
    ].join('\n\n'),
    ...bodiesTables(result).map(({ title, header, rows }) => `## ${title}\n\n${markdownTable(header, rows)}`),
    `## How to repeat this run\n\n\`npm run bench:bodies -- ${latencyFlag(options.latency)} --seed ${options.seed} --requests ${options.requests}\``,
  ];
  return `${sections.join('\n\n')}\n`;
}
