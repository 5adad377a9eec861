import { markdownTable } from '../../cli/text-table';
import { VISIT_FUNCTIONS } from '../contenders';
import { costOf, totalOf } from '../cost';
import { PRICES, PRICES_AS_OF } from '../prices';
import { latencyCaveat, latencyFlag, underLatencies } from '../report/latency-words';
import { svg } from '../report/svg';
import type { Table } from '../report/tables';
import type { MemoryResult, SizeResult } from './memory-bench';
import { madeOn } from '../report/made-on';

/** Dollars for the duration of a function in a million requests. */
const durationCost = ({ varied, measurement: { usage } }: SizeResult): number =>
  ((usage.gigabyteSeconds[varied] ?? 0) / Math.max(1, usage.requests)) * PRICES.gigabyteSecond.usd * 1e6;

const sizesOf = ({ sizes }: MemoryResult, varied: SizeResult['varied']): SizeResult[] => sizes.filter((each) => each.varied === varied);
const fixed = (value: number, digits = 0): string => value.toFixed(digits);

/** A table for each function, with a row for each of its sizes. */
export function memoryTables(result: MemoryResult): Table[] {
  return VISIT_FUNCTIONS.map((varied) => ({
    title: `${varied}, while the other function has ${result.options.other} MB`,
    header: [
      'MB',
      'of a core',
      'return p50, ms',
      'p99',
      'visit p50, ms',
      'p99',
      'first visits p50, ms',
      'CPU, ms',
      'its duration, $/M',
      'all, $/M',
      'errors',
    ],
    rows: sizesOf(result, varied).map((size) => {
      const { measurement, memoryMb, share, firstMs } = size;
      const { returned, withoutAgent, cpu, usage, errors, lost } = measurement;
      const usedMs = cpu.find(({ functionName }) => functionName === varied)?.usedMs ?? 0;
      return [
        String(memoryMb),
        fixed(share, 2),
        fixed(returned.percentile(50), 1),
        fixed(returned.percentile(99)),
        fixed(withoutAgent.percentile(50), 1),
        fixed(withoutAgent.percentile(99)),
        fixed(firstMs),
        fixed(usedMs / Math.max(1, usage.requests), 1),
        fixed(durationCost(size), 2),
        fixed(totalOf(costOf(usage)), 2),
        String(errors + lost),
      ];
    }),
    note: "A visit's time is without that of the agent's local service. First visits came at once to functions without execution environments, on this machine's cores.",
  }));
}

/** Every figure as numbers; times in ms. */
export function memoryJson({ options, startedAt, seconds, lateness, sizes }: MemoryResult): object {
  return {
    profile: options.latency.name,
    seed: options.seed,
    requests: options.requests,
    startedAt: startedAt.toISOString(),
    seconds,
    latenessMs: lateness.summary(),
    sizes: sizes.map((size) => ({
      function: size.varied,
      memoryMb: size.memoryMb,
      coreShare: size.share,
      returnMs: size.measurement.returned.summary(),
      withoutAgentMs: size.measurement.withoutAgent.summary(),
      firstVisitsMs: size.firstMs,
      durationUsdPerMillion: durationCost(size),
      usdPerMillion: totalOf(costOf(size.measurement.usage)),
      errors: size.measurement.errors,
      lost: size.measurement.lost,
    })),
  };
}

const COLORS = { time: ['#2c7a57', '#4c72a8'], cost: ['#b4513c', '#c99a2e'] } as const;

/** Two charts over memory: above, the median time of a visit; below, its dollars. A line for each function that varies. */
export function memoryPlot(result: MemoryResult): string {
  const sizes = sizesOf(result, VISIT_FUNCTIONS[0]).map(({ memoryMb }) => String(memoryMb));
  const axis = { type: 'category', data: sizes, boundaryGap: false };
  const line = (grid: number, color: string | undefined, name: string, data: readonly number[]) => ({
    name,
    type: 'line',
    xAxisIndex: grid,
    yAxisIndex: grid,
    itemStyle: { color },
    lineStyle: { width: 2, color, type: grid === 0 ? 'solid' : 'dashed' },
    data,
  });
  return svg({
    title: {
      text: 'Time and cost of a visit by memory',
      subtext: `one function varies, the other has ${result.options.other} MB`,
      left: 'center',
    },
    legend: { bottom: 4, itemGap: 24 },
    grid: [
      { left: 72, right: 24, top: 72, height: 120 },
      { left: 72, right: 24, top: 236, height: 120 },
    ],
    xAxis: [
      { ...axis, gridIndex: 0 },
      { ...axis, gridIndex: 1, name: 'MB', nameLocation: 'middle', nameGap: 24 },
    ],
    yAxis: [
      { type: 'value', gridIndex: 0, min: 0, name: 'p50 without the agent, ms', nameTextStyle: { align: 'left' } },
      { type: 'value', gridIndex: 1, min: 0, name: 'dollars for a million', nameTextStyle: { align: 'left' } },
    ],
    series: VISIT_FUNCTIONS.flatMap((varied, i) => {
      const curve = sizesOf(result, varied);
      const times = curve.map(({ measurement }) => Number(measurement.withoutAgent.percentile(50).toFixed(1)));
      const costs = curve.map(({ measurement }) => Number(totalOf(costOf(measurement.usage)).toFixed(3)));
      return [line(0, COLORS.time[i], `time, ${varied}`, times), line(1, COLORS.cost[i], `cost, ${varied}`, costs)];
    }),
  });
}

/** The report that is kept. @param plot name of the plot's file */
export function memoryReport(result: MemoryResult, plot: string): string {
  const { options, startedAt, seconds, lateness } = result;
  const { p99, max } = lateness.summary();
  const sections = [
    `# Time and cost of a visit by memory, ${underLatencies(options.latency)}`,
    [
      'Mode `direct`, with one local cloud for each size; the sizes took turns',
      `in blocks of ${options.block} requests. ${options.requests} requests a size, Poisson at ${options.rate} a second; the agent's time is log-normal with median ${options.agentMedian} ms and sigma ${options.agentSigma}; answers have ${options.bytes} bytes; seed ${options.seed}.`,
      `Requests were sent ${p99.toFixed(1)} ms late at p99, ${max.toFixed(1)} ms at most.`,
      latencyCaveat(options.latency),
      madeOn({ startedAt, seconds }),
    ].join('\n'),
    `![Time and cost by memory](${plot})`,
    ...memoryTables(result).map(({ title, header, rows, note = '' }) => [`## ${title}`, markdownTable(header, rows), note].join('\n\n')),
    `Prices of us-east-1 as of ${PRICES_AS_OF}. [ADR 0051](../adr/0051-memory-by-the-measured-curve.md) chooses by these figures.`,
    `## How to repeat this run\n\n\`npm run bench:memory -- ${latencyFlag(options.latency)} --seed ${options.seed} --requests ${options.requests} --other ${options.other}\``,
  ];
  return `${sections.join('\n\n')}\n`;
}
