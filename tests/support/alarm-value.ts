import { QuerySet } from '../../emulator/cloudwatch/math/query-set';
import { mathOf } from './alarm-timing';
import { stackOf } from './infra-stack';

/** The value of an alarm of `dev` in one period, from the values of the metrics that it reads; `undefined` is no data. */
export function valueIn(alarm: string, period: Readonly<Record<string, number>>): number | undefined {
  const math = mathOf(stackOf('dev').resource(`aws_cloudwatch_metric_alarm.${alarm}`));
  const queries = (math?.ids ?? []).map((id) => ({
    id,
    returnsData: false,
    metric: { namespace: '', name: id, dimensions: {}, statistic: '', periodMs: 30_000 },
  }));
  const queried = new QuerySet([...queries, { id: 'value', expression: math?.expression ?? '', returnsData: true }]);
  return queried.seriesOf('value', { periods: 1, read: ({ name }) => [period[name]] })[0];
}
