import { svg } from '../report/svg';
import type { LocalBenchResult } from './local-bench';
import { perSecond } from './report';

/** Two charts: above, requests per second by number of concurrent visitors; below, response times. */
export function localPlot({ runs }: LocalBenchResult): string {
  const visitors = runs.map(({ concurrent }) => String(concurrent));
  const answered = (percent: number): (number | null)[] =>
    runs.map(({ times }) => (times.count > 0 ? Math.max(1, times.percentile(percent)) : null));
  const axis = { type: 'category', data: visitors, boundaryGap: false };
  return svg({
    title: { text: 'Throughput and response times of npm start', subtext: 'by concurrent visitors', left: 'center' },
    legend: { bottom: 4, itemGap: 32 },
    grid: [
      { left: 72, right: 24, top: 72, height: 120 },
      { left: 72, right: 24, top: 236, height: 130 },
    ],
    xAxis: [
      { ...axis, gridIndex: 0 },
      { ...axis, gridIndex: 1, name: 'concurrent visitors', nameLocation: 'middle', nameGap: 26 },
    ],
    yAxis: [
      { type: 'value', gridIndex: 0, min: 0, name: 'requests a second', nameTextStyle: { align: 'left' } },
      { type: 'log', gridIndex: 1, name: 'ms', nameTextStyle: { align: 'right' } },
    ],
    series: [
      line(
        'requests a second',
        0,
        '#2c7a57',
        'solid',
        runs.map((run) => Number(perSecond(run).toFixed(2))),
      ),
      line('p50', 1, '#4c72a8', 'solid', answered(50)),
      line('p99', 1, '#b4513c', 'dashed', answered(99)),
    ],
  });
}

/** Lines differ in colour and in dash, so that a print without colours can be read. */
function line(name: string, grid: number, color: string, type: 'solid' | 'dashed', data: readonly (number | null)[]): object {
  return { name, type: 'line', xAxisIndex: grid, yAxisIndex: grid, itemStyle: { color }, lineStyle: { width: 2, color, type }, data };
}
