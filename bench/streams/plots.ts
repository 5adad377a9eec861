import { stackedDollars, svg } from '../report/svg';
import { pricedCases } from './priced';
import { STREAM_PARTS } from './stream-cost';
import { WAYS, type StreamsResult } from './streams-bench';

/** A colour for each way, and a dash for each profile, so that a print without colours can be read. */
const COLORS = { door: '#2c7a57', limit: '#777777', proxy: '#4c72a8' } as const;
const DASHES = ['solid', 'dashed', 'dotted'] as const;
const PART_COLORS = ['#8da0b8', '#4c72a8', '#c99a2e', '#b4513c', '#6d5a94', '#dba08f', '#a7a7a7'];
/** The shortest time on the logarithmic axis, in ms. */
const SHORTEST_MS = 0.1;

/** The distribution of the delay of a chunk on a logarithmic axis: a curve for each way under each profile. */
export function delayPlot({ profiles }: StreamsResult): string {
  return svg({
    title: { text: 'Added delay of a chunk', subtext: 'share of the events that the visitor had after a number of ms', left: 'center' },
    xAxis: { type: 'log', name: 'ms', nameLocation: 'middle', nameGap: 28, min: SHORTEST_MS, minorSplitLine: { show: true } },
    yAxis: { type: 'value', min: 0, max: 1, axisLabel: { formatter: (share: number) => `${Math.round(share * 100)} %` } },
    legend: { bottom: 4 },
    grid: { left: 64, right: 24, top: 72, bottom: 84 },
    series: profiles.flatMap(({ latency, chunks }, i) =>
      WAYS.map((way) => ({
        name: `${way}, ${latency.name}`,
        type: 'line',
        showSymbol: false,
        itemStyle: { color: COLORS[way] },
        lineStyle: { width: 2, color: COLORS[way], type: DASHES[i % DASHES.length] },
        data: chunks[way].delays.distribution().map(({ ms, share }) => [Math.max(ms, SHORTEST_MS), share]),
      })),
    ),
  });
}

/** A bar for each kind of stream under the first profile, stacked by part. */
export function streamCostPlot({ profiles, options }: StreamsResult): string {
  const [profile] = profiles;
  return stackedDollars({
    title: { text: 'Dollars for a thousand streams', subtext: `under ${profile?.latency.name ?? ''}` },
    cases: profile ? pricedCases(profile, options.plan) : [],
    parts: STREAM_PARTS,
    colors: PART_COLORS,
  });
}
