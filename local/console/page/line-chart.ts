import type { Chart, ChartSeries } from '../view-model';
import { h, svg } from './dom';
import { clock, ms, whole } from './format';

const WIDTH = 480;
const HEIGHT = 170;
const PLOT = { left: 60, right: WIDTH - 8, top: 12, bottom: HEIGHT - 20 };

export interface TimeSpan {
  readonly from: number;
  readonly to: number;
  readonly periodMs: number;
}

/**
 * A chart with its legend. The legend shows the values under the pointer or at the position of the arrow keys, otherwise the newest values.
 */
export function lineChart(chart: Chart, span: TimeSpan): HTMLElement {
  const peak = Math.max(0, ...chart.series.flatMap(({ points }) => points.map(([, value]) => value)));
  const top = niceTop(peak);
  const x = (at: number): number => PLOT.left + ((at - span.from) / (span.to - span.from)) * (PLOT.right - PLOT.left);
  const y = (value: number): number => PLOT.bottom - (value / top) * (PLOT.bottom - PLOT.top);
  const format = (value: number): string => (chart.unit === 'ms' ? ms(value) : whole(value));
  const times = [...new Set(chart.series.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);

  const values = chart.series.map(() => h('b'));
  const when = h('span', { class: 'soft' });
  const cursor = svg('line', { class: 'cursor', y1: PLOT.top, y2: PLOT.bottom, visibility: 'hidden' });
  const show = (at: number | undefined): void => {
    const shown = at ?? times.at(-1);
    chart.series.forEach(({ points }, i) => {
      const point = points.find((each) => each[0] === shown);
      (values[i] as HTMLElement).textContent = point ? format(point[1]) : '–';
    });
    when.textContent = shown === undefined ? '' : clock(shown);
    cursor.setAttribute('visibility', at === undefined ? 'hidden' : 'visible');
    if (at !== undefined) for (const end of ['x1', 'x2']) cursor.setAttribute(end, String(x(at)));
  };

  const plot = svg(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      tabindex: 0,
      'aria-label': `${chart.title}; use the arrow keys to move through the periods`,
      'data-key': chart.title,
    },
    ...[0, 0.5, 1].map((part) => svg('line', { class: 'grid', x1: PLOT.left, x2: PLOT.right, y1: y(top * part), y2: y(top * part) })),
    ...[0, 0.5, 1].map((part) =>
      svg('text', { x: PLOT.left - 6, y: y(top * part) + 4, 'text-anchor': 'end' }, isLabel(chart, top * part) && format(top * part)),
    ),
    svg('text', { x: PLOT.left, y: HEIGHT - 5 }, clock(span.from)),
    svg('text', { x: PLOT.right, y: HEIGHT - 5, 'text-anchor': 'end' }, clock(span.to)),
    ...(times.length === 0
      ? [svg('text', { x: WIDTH / 2, y: HEIGHT / 2, 'text-anchor': 'middle' }, chart.unit === 'ms' ? 'no data yet' : 'none')]
      : []),
    ...chart.series.map((series) => lineOf(series, x, y, span.periodMs)),
    cursor,
  );
  let position: number | undefined;
  const move = (to: number | undefined): void => {
    position = to === undefined || times.length === 0 ? undefined : Math.min(times.length - 1, Math.max(0, to));
    show(position === undefined ? undefined : times[position]);
  };
  plot.addEventListener('pointermove', (event) => {
    const { left, width } = plot.getBoundingClientRect();
    const at = span.from + ((((event.clientX - left) / width) * WIDTH - PLOT.left) / (PLOT.right - PLOT.left)) * (span.to - span.from);
    const nearest = times.reduce((best, each, i) => (Math.abs(each - at) < Math.abs((times[best] ?? 0) - at) ? i : best), 0);
    move(nearest);
  });
  plot.addEventListener('pointerleave', () => move(undefined));
  plot.addEventListener('blur', () => move(undefined));
  plot.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move((position ?? times.length) + step);
  });
  show(undefined);
  const legend = chart.series.map(({ name, look, dashed }, i) =>
    h('li', {}, h('span', { class: `dot ${look}${dashed ? ' hollow' : ''}` }), name, ' ', values[i]),
  );
  return h('figure', { class: 'card' }, h('figcaption', {}, h('h2', {}, chart.title), when), plot, h('ul', { class: 'legend' }, ...legend));
}

/** An axis of counts has labels only at whole numbers. */
const isLabel = ({ unit }: Chart, value: number): boolean => unit === 'ms' || Number.isInteger(value);

/** Joins the points with lines, but leaves a gap where a period is missing. */
function lineOf(
  { look, dashed, points }: ChartSeries,
  x: (at: number) => number,
  y: (value: number) => number,
  periodMs: number,
): SVGElement {
  let path = '';
  let last = -Infinity;
  for (const [at, value] of points) {
    // Each separate part begins with a very short line: its round cap makes a single point visible.
    path += at - last > periodMs * 1.5 ? `M${x(at).toFixed(1)} ${y(value).toFixed(1)}h0.01` : `L${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    last = at;
  }
  return svg('path', { class: `line ${look}${dashed ? ' dashed' : ''}`, d: path });
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => value <= step * power) ?? 10);
}
