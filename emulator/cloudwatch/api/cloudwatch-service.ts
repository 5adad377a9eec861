/** The operations of the CloudWatch API (AWS JSON) with which people and scripts look at alarms and metrics, and try alarms. */
import { AwsError } from '../../services';
import type { ServiceApi } from '../../services';
import type { LocalAlarms } from '../alarms/local-alarms';
import type { MetricStore } from '../metrics/metric-store';
import { describeAlarmHistory, describeAlarms } from './describe-alarms';
import { getMetricData } from './get-metric-data';
import { listMetrics } from './list-metrics';
import type { Input } from './parameters';
import { setAlarmState } from './set-alarm-state';

export function cloudwatchService(metrics: MetricStore, alarms: Pick<LocalAlarms, 'alarms' | 'log' | 'set'>): ServiceApi {
  const operations: Readonly<Record<string, (input: Input) => object>> = {
    DescribeAlarms: (input) => describeAlarms(input, alarms.alarms),
    DescribeAlarmHistory: (input) => describeAlarmHistory(input, alarms.log.items),
    GetMetricData: (input) => getMetricData(input, metrics),
    ListMetrics: (input) => listMetrics(input, metrics.list()),
    SetAlarmState: (input) => setAlarmState(input, alarms),
  };
  return async ({ operation, input }) => {
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (run) return { status: 200, body: JSON.stringify(run(input)) };
    const known = Object.keys(operations).join(', ');
    throw new AwsError(
      400,
      'UnknownOperationException',
      `cloudwatch:${operation} is not emulated by the local cloud, which knows ${known}`,
    );
  };
}
