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
