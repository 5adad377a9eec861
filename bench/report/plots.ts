import type { BenchResult } from '../bench';
import { COST_COMPONENTS, costOf } from '../cost';
import { LIMIT } from '../contenders';
import { stackedDollars, svg } from './svg';

/** Lines differ in colour and in dash, so that a print without colours can be read. */
const LINES: Readonly<Record<string, { color: string; type: 'solid' | 'dashed' | 'dotted' }>> = {
  polling: { color: '#b4513c', type: 'dashed' },
  'polling-flat-100': { color: '#c99a2e', type: 'dotted' },
  bus: { color: '#4c72a8', type: 'dashed' },
  'direct-row': { color: '#6d5a94', type: 'dashed' },
  direct: { color: '#2c7a57', type: 'solid' },
  [LIMIT]: { color: '#777777', type: 'dotted' },
};

const COST_COLORS = ['#8da0b8', '#4c72a8', '#cdb98c', '#c99a2e', '#b4513c', '#dba08f', '#6d5a94', '#a7a7a7'];

/** The distribution of the return time on a logarithmic axis: a curve for each contender and the limit. */
export function returnTimePlot({ contenders, limit }: BenchResult): string {
  return svg({
    title: { text: 'Return time', subtext: 'share of requests whose answer had returned after a number of ms', left: 'center' },
    xAxis: {
      type: 'log',
      name: 'ms',
      nameLocation: 'middle',
      nameGap: 28,
      min: axisStart([...contenders, limit]),
      minorSplitLine: { show: true },
    },
    yAxis: { type: 'value', min: 0, max: 1, axisLabel: { formatter: (share: number) => `${Math.round(share * 100)} %` } },
    legend: { bottom: 4 },
    grid: { left: 64, right: 24, top: 72, bottom: 84 },
    series: [...contenders, limit].map(({ name, returned }) => ({
      name,
      type: 'line',
      showSymbol: false,
      itemStyle: { color: LINES[name]?.color },
      lineStyle: { width: 2, ...LINES[name] },
      data: returned.distribution().map(({ ms, share }) => [Math.max(ms, 0.1), share]),
    })),
  });
}

/** A bar for each contender, stacked by cost component. */
export function costPlot({ contenders, limit }: BenchResult): string {
  const cases = [...contenders, limit].map(({ name, usage }) => ({ name, cost: costOf(usage) }));
  return stackedDollars({ title: { text: 'Dollars for a million requests' }, cases, parts: COST_COMPONENTS, colors: COST_COLORS });
}

/** The power of ten below the quickest answer. */
function axisStart(measurements: readonly { returned: { percentile(percent: number): number } }[]): number {
  const quickest = Math.min(...measurements.map(({ returned }) => Math.max(returned.percentile(0.1), 0.1)));
  return 10 ** Math.floor(Math.log10(quickest));
}
