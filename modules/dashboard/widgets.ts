import type { Environment } from '../../environments';
import { namespaceOf, type MetricReference } from '../alarms/metric-reference';

/**
 * A widget of a dashboard's body:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export interface Widget {
  readonly type: 'metric' | 'alarm' | 'text';
  /** In columns. A dashboard has 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A line of a graph. */
export interface Line {
  readonly label: string;
  /** The metric, or an expression over the ids of other lines. */
  readonly of: MetricReference | string;
  /** The line's name in expressions. */
  readonly id?: string;
  /** The line is not drawn; only expressions read its metric. */
  readonly hidden?: true;
  readonly axis?: 'right';
  readonly color?: string;
}

export interface Graph {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly width: number;
  readonly unit?: string;
  readonly view?: 'stacked' | 'numbers';
  /** Horizontal lines at the thresholds of alarms. */
  readonly thresholds?: readonly { readonly label: string; readonly value: number }[];
  readonly periodSeconds?: number;
}

const HEIGHT = 6;

/** A graph over time, or its newest values as numbers. */
export function graph({ name, region }: Environment, props: Graph): Widget {
  const { title, lines, width, unit, view, thresholds, periodSeconds = 60 } = props;
  return {
    type: 'metric',
    width,
    height: HEIGHT,
    properties: {
      title,
      region,
      view: view === 'numbers' ? 'singleValue' : 'timeSeries',
      stacked: view === 'stacked',
      period: periodSeconds,
      ...(view === 'numbers' && { sparkline: true }),
      metrics: lines.map((line) => toRow(line, name)),
      yAxis: { left: { min: 0, showUnits: false, ...(unit !== undefined && { label: unit }) } },
      ...(thresholds && { annotations: { horizontal: thresholds } }),
    },
  };
}

export const textWidget = (markdown: string, height: number): Widget => ({
  type: 'text',
  width: 24,
  height,
  properties: { markdown },
});

/** Which alarms are on. */
export const alarmStates = (title: string, alarms: readonly string[], height: number): Widget => ({
  type: 'alarm',
  width: 24,
  height,
  properties: { title, alarms },
});

/** Places rows of widgets from top to bottom. Each row is as high as its highest widget. */
export function layOut(rows: readonly (readonly Widget[])[]): readonly object[] {
  let y = 0;
  return rows.flatMap((row) => {
    let x = 0;
    const placed = row.map(({ type, width, height, properties }) => {
      const widget = { type, x, y, width, height, properties };
      x += width;
      return widget;
    });
    y += Math.max(...row.map(({ height }) => height));
    return placed;
  });
}

/** `[namespace, name, dimension, value …, options]`, or `[{ expression }]`. */
function toRow({ of, label, id, hidden, axis, color }: Line, environment: string): readonly unknown[] {
  const options = {
    label,
    ...(id !== undefined && { id }),
    ...(hidden && { visible: false }),
    ...(axis && { yAxis: axis }),
    ...(color !== undefined && { color }),
  };
  if (typeof of === 'string') return [{ expression: of, ...options }];
  const { name, dimensions, statistic } = of;
  return [namespaceOf(of, environment), name, ...Object.entries(dimensions).flat(), { stat: statistic, ...options }];
}
