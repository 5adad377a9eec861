import { environmentNames, InfraStack, stackOf } from '../support/infra-stack';
import { metricsOfDashboard, unknownMetrics, widgetsOf } from '../support/watched-metrics';

/** Columns of a dashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const COLUMNS = 24;
/** Metrics of one widget: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const MAX_METRICS = 500;

describe.each(environmentNames)('the dashboard of %s', (environment) => {
  const stack = stackOf(environment);
  const widgets = widgetsOf(stack);

  it('shows only metrics that our code emits or AWS publishes', () => {
    expect(metricsOfDashboard(stack).length).toBeGreaterThan(80);
    expect(unknownMetrics(metricsOfDashboard(stack))).toEqual([]);
  });

  it('shows the state of every alarm, the rollback alarm first', () => {
    const alarms = ['aws_cloudwatch_composite_alarm', 'aws_cloudwatch_metric_alarm'].flatMap((type) =>
      stack.resources(type).map(([address]) => `\${${address}.arn}`),
    );
    const shown = widgets.find(({ type }) => type === 'alarm')?.properties.alarms ?? [];
    expect(shown[0]).toBe('${aws_cloudwatch_composite_alarm.rollback.arn}');
    expect([...shown].sort()).toEqual(alarms.sort());
  });

  it('has widgets that fill their rows and do not overlap', () => {
    const taken = new Set<string>();
    for (const { x, y, width, height, properties } of widgets) {
      expect(x + width).toBeLessThanOrEqual(COLUMNS);
      expect((properties.metrics ?? []).length).toBeLessThanOrEqual(MAX_METRICS);
      for (let column = x; column < x + width; column++)
        for (let row = y; row < y + height; row++) {
          expect(taken).not.toContain(`${column} ${row}`);
          taken.add(`${column} ${row}`);
        }
    }
    const rows = Math.max(...widgets.map(({ y, height }) => y + height));
    expect(taken.size).toBe(rows * COLUMNS);
  });

  it('has expressions that use only ids of their widget, and each id once', () => {
    for (const { properties } of widgets) {
      const options = (properties.metrics ?? []).map((row) => row.at(-1) as { id?: string; expression?: string });
      const ids = options.flatMap(({ id }) => (id === undefined ? [] : [id]));
      expect(new Set(ids).size).toBe(ids.length);
      for (const { expression = '' } of options) {
        if (expression.startsWith('SEARCH')) continue;
        const used = (expression.match(/[a-z]\w*/g) ?? []).filter((name) => !ids.includes(name));
        expect([expression, used]).toEqual([expression, []]);
      }
    }
  });
});

test('the metrics check finds a dashboard metric that nothing emits', () => {
  const broken = new InfraStack(stackOf('prod').text.replaceAll('\\"WakeLatency\\",\\"service\\"', '\\"WakeLatency\\",\\"name\\"'));
  expect(unknownMetrics(metricsOfDashboard(broken))).toContainEqual(
    expect.stringContaining('HTTPTunnel/prod WakeLatency {"name":"forward-request","source":"direct"}'),
  );
  const search = new InfraStack(stackOf('prod').text.replaceAll('MetricName=\\\\\\"WakeFailed', 'MetricName=\\\\\\"WakeLost'));
  expect(unknownMetrics(metricsOfDashboard(search))).toContainEqual(expect.stringContaining('HTTPTunnel/prod WakeLost'));
});
