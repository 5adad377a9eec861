import * as echarts from 'echarts';
import type { EChartsCoreOption } from 'echarts';

const SIZE = { width: 820, height: 440 };
const TEXT = { fontFamily: 'Helvetica, Arial, sans-serif', fontSize: 13, color: '#222' };

/** A chart of echarts as an SVG document. */
export function svg(option: EChartsCoreOption): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  try {
    chart.setOption({ animation: false, backgroundColor: '#fff', textStyle: TEXT, ...option });
    return chart.renderToSVGString();
  } finally {
    // The chart's clock would keep the process alive.
    chart.dispose();
  }
}

/** A bar for each case, stacked by its parts in dollars. */
export function stackedDollars<Part extends string>({
  title,
  cases,
  parts,
  colors,
}: {
  readonly title: { readonly text: string; readonly subtext?: string };
  readonly cases: readonly { readonly name: string; readonly cost: Readonly<Record<Part, number>> }[];
  readonly parts: readonly Part[];
  readonly colors: readonly string[];
}): string {
  return svg({
    title: { ...title, left: 'center' },
    // Every case has its name, also where names are long.
    xAxis: { type: 'category', data: cases.map(({ name }) => name), axisLabel: { interval: 0 } },
    yAxis: { type: 'value', axisLabel: { formatter: '${value}' } },
    legend: { bottom: 4 },
    grid: { left: 64, right: 24, top: title.subtext === undefined ? 48 : 72, bottom: 92 },
    series: parts.map((part, index) => ({
      name: part,
      type: 'bar',
      stack: 'cost',
      barWidth: '50%',
      itemStyle: { color: colors[index] },
      data: cases.map(({ cost }) => Number(cost[part].toFixed(4))),
    })),
  });
}
